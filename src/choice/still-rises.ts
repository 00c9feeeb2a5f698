import { fitAdditive } from './additive-fit.js';
import { studentQuantile } from './distributions.js';
import { mean, standardError } from './statistics.js';
import type { Row } from './sweep-grid.js';

// Pure: workflows import this.

/** Chance of saying that identity still rises where it has stopped. */
const falseRiseChance = 0.02;
/** Rising by less than this over the end of the sweep is no reason to train longer. */
const leastRise = 0.01;
/** A line through fewer checkpoints fits anything. */
const fewestRows = 4;

/**
 * Had identity not stopped rising when the sweep ended? The slope over its second half, as sure as both its checkpoints
 * (how they lie about a line) and its prompts and seeds (how their slopes differ) let it be.
 * @param rows of the sound checkpoints, by step
 */
export function stillRises(rows: readonly Row[]): boolean {
  const end = rows.slice(-Math.max(fewestRows, Math.ceil(rows.length / 2)));
  if (end.length < fewestRows) return false;
  const ofMeans = slopeOf(fitAdditive(end).means);
  const cells = end[0].flatMap((_, cell) => {
    const values = end.map((row) => row[cell]);
    return values.every((value) => value !== null) ? [slopeOf(values).slope] : [];
  });
  const degrees = Math.min(end.length - 2, cells.length - 1);
  if (degrees < 1 || !(ofMeans.slope * (end.length - 1) >= leastRise)) return false;
  const error = Math.max(ofMeans.error, standardError(cells) ?? Infinity);
  return ofMeans.slope > error * studentQuantile(1 - falseRiseChance, degrees);
}

/** Least squares, per checkpoint. */
function slopeOf(values: readonly number[]): { slope: number; error: number } {
  const middle = (values.length - 1) / 2;
  const spread = values.reduce((sum, _, at) => sum + (at - middle) ** 2, 0);
  const slope = values.reduce((sum, value, at) => sum + (at - middle) * value, 0) / spread;
  const centre = mean(values);
  const squares = values.reduce((sum, value, at) => sum + (value - centre - slope * (at - middle)) ** 2, 0);
  return { slope, error: Math.sqrt(squares / Math.max(1, values.length - 2) / spread) };
}
