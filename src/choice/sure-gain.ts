import { fitAdditive } from './additive-fit.js';
import { expectedHighest, studentQuantile } from './distributions.js';
import { paired } from './pairs.js';
import type { Row } from './sweep-grid.js';

/** A checkpoint this many standard errors behind the best may still be its equal. */
const equalWithinErrors = 2;

export interface SureGain {
  /** The checkpoint of the highest lower bound. */
  row: number;
  /** Mean cosine above no LoRA. */
  gain: number;
  /** The gain is above this with the confidence asked for; the luck of having been picked as the best is taken out. */
  low: number;
  /** How many prompts and seeds show a face both with and without the LoRA. */
  pairs: number;
  /** How far `low` would lie below `gain` with other numbers of pairs. */
  margin(pairs: number): number;
}

/**
 * How much identity rises above the same pictures without LoRA, for sure. A picture without LoRA stands in every
 * comparison with its prompt and seed, so the gains of all checkpoints share its noise: a mixed model with the prompt and
 * seed as the random part, the degrees of freedom after Satterthwaite (Biometrics Bulletin 2, 1946). The best of several
 * equals looks better than it is by what the highest of as many normal values stands out (cf. Tibshirani and Tibshirani,
 * Annals of Applied Statistics 3, 2009).
 * @param chance that the bound is too high
 * @returns null where fewer than two prompts and seeds show a face both with and without LoRA
 */
export function sureGain(rows: readonly Row[], baseline: Row, chance: number): SureGain | null {
  const gains = rows.map((row) => row.map((value, cell) => subtract(value, baseline[cell])));
  const fit = fitAdditive(gains);
  const cells = fit.cells.filter((value) => value !== null);
  const known = [...rows.keys()].filter((row) => fit.counts[row] > 0);
  if (cells.length < 2 || known.length === 0) return null;
  const ofCells = cells.reduce((sum, value) => sum + value ** 2, 0) / (cells.length - 1);
  const bounds = known.map((row): SureGain => {
    const error = Math.sqrt(fit.variance / fit.counts[row]);
    const equals = known.filter((other) => fit.means[row] - fit.means[other] < equalWithinErrors * Math.SQRT2 * error);
    const margin = (pairs: number): number => {
      const more = pairs / fit.counts[row];
      const shared = ofCells / (cells.length * more);
      const own = ((fit.variance / fit.counts[row]) * (1 - 1 / known.length)) / more;
      const spread = shared ** 2 / (cells.length * more - 1) + (fit.degrees > 0 ? own ** 2 / (fit.degrees * more) : 0);
      const degrees = spread > 0 ? Math.max(1, Math.floor((shared + own) ** 2 / spread)) : cells.length - 1;
      const luck = (expectedHighest(equals.length) * error) / Math.sqrt(more);
      return luck + Math.sqrt(shared + own) * studentQuantile(1 - chance, degrees);
    };
    const gain = fit.means[row];
    return { row, gain, low: gain - margin(fit.counts[row]), pairs: fit.counts[row], margin };
  });
  return bounds.reduce((best, bound) => (bound.low > best.low ? bound : best));
}

/**
 * How much the identity of one checkpoint lies above the same images without LoRA, for sure: the lower bound of Student's
 * interval, pair by pair. @param chance that the bound is too high @returns null below two pairs
 */
export function gainForSure(rows: readonly Row[], baseline: Row, row: number, chance: number): number | null {
  const { difference, error, pairs } = paired(baseline, rows[row]);
  return pairs < 2 ? null : difference - error * studentQuantile(1 - chance, pairs - 1);
}

const subtract = (value: number | null, other: number | null): number | null =>
  value === null || other === null ? null : value - other;
