import type { AdditiveFit } from './additive-fit.js';
import type { Row } from './sweep-grid.js';

/** How far pictures are from being drawn each for itself, once row and cell are taken out. */
export interface Dependence {
  /** Correlation of a picture with that of the next checkpoint under the same prompt and seed, 0 to 1. */
  alongSteps: number;
  /** Correlation of two seeds of one prompt at the same checkpoint, 0 to 1. */
  withinPrompt: number;
  /** By how much the variance of a checkpoint's mean is larger than that of as many single pictures. */
  inflation: number;
}

/** Estimates up to this many standard errors above 0 are taken for 0. */
const leastErrors = 1.5;

/**
 * Renders of neighbouring checkpoints look alike, and a checkpoint may take one prompt better than another, whatever the
 * seed. Both make sweeps of equals differ more than single pictures would (the design effect of Kish, Survey Sampling,
 * 1965, section 5.4; the bias of a correlation whose mean is estimated: Marriott and Pope, Biometrika 41, 1954).
 * @param prompts of each column
 */
export function dependenceOf(rows: readonly Row[], prompts: readonly string[], fit: AdditiveFit): Dependence {
  const left = rows.map((row, at) =>
    row.map((value, cell) => (value === null ? null : value - fit.means[at] - (fit.cells[cell] ?? 0))),
  );
  const columns = prompts.map((_, cell) => left.map((row) => row[cell]));
  const neighbours = columns.flatMap((column) => pairsAt(column.slice(0, -1), column.slice(1)));
  const siblings = columns.flatMap((column, at) =>
    columns.slice(0, at).flatMap((other, before) => (prompts[before] === prompts[at] ? pairsAt(column, other) : [])),
  );
  const [steps, cells] = [rows.length, prompts.length];
  const along = correlation(neighbours, fit.variance);
  const withinPrompt = sure(correlation(siblings, fit.variance) + 1 / Math.max(2, cells), siblings.length);
  const seeds = cells / new Set(prompts).size;
  return {
    alongSteps: sure(along + (1 + 3 * Math.max(0, along)) / steps, neighbours.length),
    withinPrompt,
    inflation: 1 + Math.max(0, seeds - 1) * withinPrompt,
  };
}

function pairsAt(first: readonly (number | null)[], second: readonly (number | null)[]): [number, number][] {
  return first.flatMap((value, at): [number, number][] => {
    const other = second[at];
    return value === null || other === null ? [] : [[value, other]];
  });
}

function correlation(pairs: readonly [number, number][], variance: number): number {
  const sum = pairs.reduce((total, [first, second]) => total + first * second, 0);
  return pairs.length === 0 || variance <= 0 ? 0 : sum / pairs.length / variance;
}

const sure = (estimate: number, pairs: number): number =>
  pairs > 0 && estimate > leastErrors / Math.sqrt(pairs) ? Math.min(0.9, estimate) : 0;
