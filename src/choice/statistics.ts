import type { Score } from '../run/checkpoint-record.js';
import { normalCdf, studentQuantile } from './distributions.js';
import { seededRandom } from './random.js';

// Pure: workflows import this. The same numbers give the same intervals, always.

export interface Interval {
  mean: number;
  /** Lower bound, of 95% unless asked otherwise. */
  low: number;
  high: number;
}

export interface BootstrapOptions {
  seed?: number;
  draws?: number;
  /** Chance that the interval misses the truth, both sides together. */
  alpha?: number;
}

export const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of the mean; null below two values, where spread can't be known. */
export function standardError(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const centre = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
  return Math.sqrt(variance / values.length);
}

/**
 * 95 % interval of a mean by the bootstrap, with the expanded percentiles of Hesterberg, "What Teachers Should Know
 * About the Bootstrap" (2015), section 4.2: plain percentiles are too narrow for a dozen pictures.
 * One value gives an interval of no width, no value zeros: read them beside `n`.
 */
export function bootstrapMean(values: readonly number[], options: BootstrapOptions = {}): Interval {
  const { seed = 1, draws = drawsFor(values.length), alpha = 0.05 } = options;
  const centre = mean(values);
  if (values.length < 2) return { mean: centre, low: centre, high: centre };
  const random = seededRandom(seed);
  const means = Float64Array.from({ length: draws }, () => meanOfResample(values, random)).sort();
  const tail = expandedTail(values.length, alpha);
  return { mean: centre, low: quantile(means, tail), high: quantile(means, 1 - tail) };
}

/** A picture without a face (null) is counted, not averaged. With no face at all the mean is 0 and `n` is 0. */
export function scoreOf(values: readonly (number | null)[], options?: BootstrapOptions): Score {
  const found = values.filter((value) => value !== null);
  return { ...bootstrapMean(found, options), n: found.length, noFace: values.length - found.length };
}

/** 2,000, or less where a mean of many values needs fewer: a workflow has 2 s before Temporal takes it for stuck. */
const drawsFor = (count: number): number => Math.round(Math.min(2000, Math.max(300, 100_000 / count)));

function meanOfResample(values: readonly number[], random: () => number): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[Math.floor(random() * values.length)];
  return sum / values.length;
}

/** Share to cut from each end: Student's quantile and the divisor n-1, said in terms of the normal distribution. */
function expandedTail(count: number, alpha: number): number {
  return normalCdf(-Math.sqrt(count / (count - 1)) * studentQuantile(1 - alpha / 2, count - 1));
}

function quantile(sorted: Float64Array, share: number): number {
  const place = Math.min(1, Math.max(0, share)) * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}
