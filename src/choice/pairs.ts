import type { Row } from './sweep-grid.js';
import { mean, standardError } from './statistics.js';
import { studentQuantile } from './distributions.js';

// Pure: workflows import this.

export interface Paired {
  /** Mean of `second - first` over the prompts and seeds where both images show a face. */
  difference: number;
  /** Standard error of it; infinite below two pairs, where spread can't be known. */
  error: number;
  /** How many prompts and seeds show a face on both sides. */
  pairs: number;
}

/** What is common to a pair, its prompt and seed, cancels. */
export function paired(first: Row, second: Row): Paired {
  const differences = first.flatMap((value, cell) => {
    const other = second[cell];
    return value === null || other === null ? [] : [other - value];
  });
  return {
    difference: mean(differences),
    error: standardError(differences) ?? Infinity,
    pairs: differences.length,
  };
}

/** The best is taken for better than an earlier one where chance alone would show as much this often. */
const betterChance = 0.1;
/** Nobody gives up more identity than this for an earlier checkpoint, however noisy the images are. */
export const mostBehind = 0.015;

/** Standard deviation from one checkpoint to the next, in mean cosine, of trainings that have stopped learning. */
export const waver = 0.01;

/** Does a paired t-test find the second better than the first? Never on fewer than two pairs. */
export const isMeasurablyAhead = ({ difference, error, pairs }: Paired): boolean =>
  pairs > 1 && difference > error * studentQuantile(1 - betterChance, pairs - 1);

/** Is a checkpoint that lies `behind` the best statistically as good? On fewer than two pairs nothing says so. */
export const isAsGood = (behind: Paired): boolean =>
  behind.pairs > 1 && behind.difference <= mostBehind && !isMeasurablyAhead(behind);
