import type { Row } from './sweep-grid.js';
import { mean, standardError } from './statistics.js';

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
