import { normalQuantile } from './distributions.js';
import type { AdditiveFit } from './additive-fit.js';
import { seededRandom } from './random.js';
import type { Row } from './sweep-grid.js';

/** A workflow has 2 s before Temporal takes it for stuck: a large sweep gets fewer draws. */
const mostDraws = 499;
const fewestDraws = 99;
const shuffledValues = 2_000_000;

/**
 * How likely pictures like these are if all checkpoints are equal. Shuffles each prompt and seed among the checkpoints
 * (Fisher's permutation test) and looks for the run of neighbouring checkpoints that stands out most from the rest
 * (scan statistic, as in Olshen, Venkatraman, Lucito and Wigler, Biostatistics 5, 2004): a rise, a plateau and a peak
 * all are one. Deterministic.
 */
export function chanceOfEquals(rows: readonly Row[], seed = 1): number {
  const columns = columnsOf(rows);
  const counts = rows.map((_, row) => columns.filter(({ members }) => members.includes(row)).length);
  const before = cumulative(counts);
  const statistic = (): number => {
    const sums = Array<number>(rows.length).fill(0);
    for (const { members, values } of columns) for (const [at, row] of members.entries()) sums[row] += values[at];
    return highestScan(cumulative(sums), before);
  };
  const found = statistic();
  const values = counts.reduce((sum, count) => sum + count, 0);
  const draws = Math.round(Math.min(mostDraws, Math.max(fewestDraws, shuffledValues / Math.max(1, values))));
  const random = seededRandom(seed);
  let asHigh = 1;
  for (let draw = 0; draw < draws; draw++) {
    for (const column of columns) shuffle(column.values, random);
    if (statistic() >= found - 1e-12) asHigh++;
  }
  return asHigh / (draws + 1);
}

interface Column {
  /** Rows with a value, and the values about their mean. */
  members: number[];
  values: number[];
}

/** A prompt and seed that one checkpoint alone shows compares nothing. */
function columnsOf(rows: readonly Row[]): Column[] {
  const columns = Array.from({ length: rows[0]?.length ?? 0 }, (_, cell): Column => {
    const members = [...rows.keys()].filter((row) => rows[row][cell] !== null);
    const values = members.map((row) => rows[row][cell] ?? 0);
    const middle = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
    return { members, values: values.map((value) => value - middle) };
  });
  return columns.filter(({ members }) => members.length > 1);
}

/** Of all runs of neighbours, how far the sum of the highest stands above 0, in units of its own spread. */
function highestScan(sums: readonly number[], counts: readonly number[]): number {
  const all = counts[counts.length - 1];
  let highest = -Infinity;
  for (let from = 0; from < sums.length - 1; from++)
    for (let to = from + 1; to < sums.length; to++) {
      const inside = counts[to] - counts[from];
      if (inside === 0 || inside === all) continue;
      highest = Math.max(highest, (sums[to] - sums[from]) / Math.sqrt((inside * (all - inside)) / all));
    }
  return highest;
}

function cumulative(values: readonly number[]): number[] {
  const sums = [0];
  for (const value of values) sums.push(sums[sums.length - 1] + value);
  return sums;
}

function shuffle(values: number[], random: () => number): void {
  for (let at = values.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [values[at], values[other]] = [values[other], values[at]];
  }
}

/**
 * How many pictures a checkpoint would tell the highest from the lowest, if they differ as much as they seem to once the
 * noise is taken out of their spread; null where nothing is left of it, or beyond 1,000.
 */
export function picturesToSeparate({ means, counts, variance }: AdditiveFit, chance: number): number | null {
  const known = means.filter((value) => !Number.isNaN(value));
  const middle = known.reduce((sum, value) => sum + value, 0) / known.length;
  const spread = known.reduce((sum, value) => sum + (value - middle) ** 2, 0) / Math.max(1, known.length - 1);
  const noise = variance / Math.max(1, Math.min(...counts.filter((count) => count > 0)));
  const real = Math.max(0, 1 - noise / spread);
  const apart = (Math.max(...known) - Math.min(...known)) * Math.sqrt(real);
  const pairs = (known.length * (known.length - 1)) / 2;
  const needed = Math.ceil(2 * variance * (normalQuantile(1 - chance / (2 * pairs)) / apart) ** 2);
  return Number.isFinite(needed) && needed <= 1000 ? needed : null;
}
