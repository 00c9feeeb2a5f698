import { normalQuantile } from './distributions.js';
import type { AdditiveFit } from './additive-fit.js';
import { normal, seededRandom } from './random.js';
import { mean } from './statistics.js';
import type { Row } from './sweep-grid.js';

/** A workflow has 2 s before Temporal takes it for stuck: a large sweep gets fewer draws. */
const mostDraws = 499;
const fewestDraws = 99;
const shuffledValues = 2_000_000;

/**
 * How likely images like these are if all checkpoints are equal. Shuffles each prompt and seed among the checkpoints
 * (Fisher's permutation test), a prompt's seeds together where they move together, lets each checkpoint waver, and looks
 * for the run of neighbouring checkpoints that stands out most from the rest (scan statistic, as in Olshen,
 * Venkatraman, Lucito and Wigler, Biostatistics 5, 2004): a rise, a plateau and a peak all are one. Deterministic.
 * @param blocks of each column: what is shuffled together
 * @param waver standard deviation of what training does to a whole checkpoint, better or worse
 */
export function chanceOfEquals(rows: readonly Row[], blocks: readonly string[], waver: number, seed = 1): number {
  const units = unitsOf(rows, blocks);
  const counts = rows.map((_, row) => units.reduce((sum, { images }) => sum + images[row], 0));
  const before = cumulative(counts);
  const all = before[rows.length];
  const found = highestScan(cumulative(sumsOf(units, rows.length)), before);
  const draws = Math.round(Math.min(mostDraws, Math.max(fewestDraws, shuffledValues / Math.max(1, all))));
  const random = seededRandom(seed);
  let asHigh = 1;
  for (let draw = 0; draw < draws; draw++) {
    for (const { means } of units) shuffle(means, random);
    const shifts = counts.map((count) => count * waver * normal(random));
    const middle = shifts.reduce((sum, value) => sum + value, 0) / Math.max(1, all);
    const sums = sumsOf(units, rows.length).map((sum, row) => sum + shifts[row] - counts[row] * middle);
    if (highestScan(cumulative(sums), before) >= found - 1e-12) asHigh++;
  }
  return asHigh / (draws + 1);
}

/** What is shuffled as one: a prompt and seed, or all seeds of a prompt. */
interface Unit {
  /** Rows with an image, and the mean about its prompt and seed in each. */
  members: number[];
  means: number[];
  /** How many images stand in each row of the sweep. */
  images: number[];
}

/** A prompt and seed that one checkpoint alone shows compares nothing. */
function unitsOf(rows: readonly Row[], blocks: readonly string[]): Unit[] {
  const columns = new Map<string, (number | null)[][]>();
  for (const [cell, block] of blocks.entries()) {
    const values = rows.map((row) => row[cell]);
    const known = values.filter((value) => value !== null);
    if (known.length < 2) continue;
    const middle = mean(known);
    columns.set(block, [
      ...(columns.get(block) ?? []),
      values.map((value) => (value === null ? null : value - middle)),
    ]);
  }
  return [...columns.values()].map((together) => {
    const shown = rows.map((_, row) => together.map((column) => column[row]).filter((value) => value !== null));
    const members = [...shown.keys()].filter((row) => shown[row].length > 0);
    return { members, means: members.map((row) => mean(shown[row])), images: shown.map(({ length }) => length) };
  });
}

function sumsOf(units: readonly Unit[], of: number): number[] {
  const sums = Array<number>(of).fill(0);
  for (const { members, means, images } of units)
    for (const [at, row] of members.entries()) sums[row] += means[at] * images[row];
  return sums;
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
 * How many images a checkpoint would tell the highest from the lowest, if they differ as much as they seem to once the
 * noise is taken out of their spread; null where nothing is left of it, where checkpoints waver as much, or beyond 1,000.
 */
export function picturesToSeparate(
  { means, counts, variance }: AdditiveFit,
  waver: number,
  chance: number,
): number | null {
  const known = means.filter((value) => !Number.isNaN(value));
  const middle = mean(known);
  const spread = known.reduce((sum, value) => sum + (value - middle) ** 2, 0) / Math.max(1, known.length - 1);
  const noise = variance / Math.max(1, Math.min(...counts.filter((count) => count > 0)));
  const real = Math.max(0, 1 - noise / spread);
  const apart = (Math.max(...known) - Math.min(...known)) * Math.sqrt(real);
  const pairs = (known.length * (known.length - 1)) / 2;
  const left = (apart / normalQuantile(1 - chance / (2 * pairs))) ** 2 / 2 - waver ** 2;
  const needed = Math.ceil(variance / left);
  return left > 0 && needed <= 1000 ? needed : null;
}
