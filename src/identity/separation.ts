import type { Dependence } from './dependence.js';
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
export function chanceOfEquals(
  rows: readonly Row[],
  prompts: readonly string[] = [],
  { alongSteps, withinPrompt }: Pick<Dependence, 'alongSteps' | 'withinPrompt'> = independent,
  seed = 1,
): number {
  const columns = columnsOf(rows, prompts);
  const counts = rows.map((_, row) => columns.filter(({ members }) => members.includes(row)).length);
  const before = cumulative(counts);
  const statistic = (valuesOf: (column: Column) => readonly number[]): number => {
    const sums = Array<number>(rows.length).fill(0);
    for (const column of columns) {
      const values = valuesOf(column);
      for (const [at, row] of column.members.entries()) sums[row] += values[at];
    }
    return highestScan(cumulative(sums), before);
  };
  const found = statistic(({ values }) => values);
  const values = counts.reduce((sum, count) => sum + count, 0);
  const draws = Math.round(Math.min(mostDraws, Math.max(fewestDraws, shuffledValues / Math.max(1, values))));
  const random = seededRandom(seed);
  let asHigh = 1;
  for (let draw = 0; draw < draws; draw++) {
    for (const { values } of columns) shuffle(values, random);
    const asEquals = (column: Column) => alike(mixed(column, columns, withinPrompt), alongSteps);
    if (statistic(asEquals) >= found - 1e-12) asHigh++;
  }
  return asHigh / (draws + 1);
}

/** Part of what a column shows is its prompt's, the same for all seeds: that of the prompt's first column. */
function mixed({ values, first }: Column, columns: readonly Column[], share: number): readonly number[] {
  const common = columns[first].values;
  if (share === 0 || common === values || common.length !== values.length) return values;
  const [own, shared] = [Math.sqrt(1 - share), Math.sqrt(share)];
  return values.map((value, at) => own * value + shared * common[at]);
}

/** Each value is drawn towards the one before it; the spread about the middle stays. */
function alike(values: readonly number[], correlation: number): readonly number[] {
  if (correlation === 0) return values;
  const fresh = Math.sqrt(1 - correlation ** 2);
  let last = values[0];
  const drawn = values.map((value, at) => (at === 0 ? last : (last = correlation * last + fresh * value)));
  const middle = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
  const centred = drawn.map((value) => value - middle);
  const scale = Math.sqrt(squares(values) / Math.max(1e-12, squares(centred)));
  return centred.map((value) => value * scale);
}

const squares = (values: readonly number[]): number => values.reduce((sum, value) => sum + value * value, 0);

const independent = { alongSteps: 0, withinPrompt: 0 };

interface Column {
  /** Of its prompt's columns the first one. */
  first: number;
  /** Rows with a value, and the values about their mean. */
  members: number[];
  values: number[];
}

/** A prompt and seed that one checkpoint alone shows compares nothing. */
function columnsOf(rows: readonly Row[], prompts: readonly string[]): Column[] {
  const columns = Array.from({ length: rows[0]?.length ?? 0 }, (_, cell) => {
    const members = [...rows.keys()].filter((row) => rows[row][cell] !== null);
    const values = members.map((row) => rows[row][cell] ?? 0);
    const middle = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
    return { prompt: prompts[cell] ?? String(cell), members, values: values.map((value) => value - middle) };
  });
  const used = columns.filter(({ members }) => members.length > 1);
  return used.map(({ prompt, members, values }) => {
    return { first: used.findIndex((other) => other.prompt === prompt), members, values };
  });
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
