import { fitAdditive } from './additive-fit.js';
import { studentQuantile } from './distributions.js';
import { paired } from './pairs.js';
import type { SweepGrid } from './sweep-grid.js';

// Pure: workflows import this.

/** Below its own peak by less, a prompt is nothing to see. */
const leastFall = 0.03;
/** As sure as this that a prompt has fallen, all prompts and pairs of checkpoints together. */
const fallChance = 0.05;

export interface PromptFall {
  prompt: string;
  /** The row at which it was better, and by how much. */
  peak: number;
  by: number;
}

/**
 * Prompts under which a checkpoint is for sure worse than a sound one before it, however its mean stands: people look at
 * each of them. The error is that of the seeds of a prompt, pooled over all prompts (two seeds know no spread of their
 * own), with Bonferroni's correction for all that is looked at. The worst first.
 */
export function fallenPrompts(
  { identity, prompts }: Pick<SweepGrid, 'identity' | 'prompts'>,
  row: number,
  sound: readonly number[],
): PromptFall[] {
  const earlier = sound.filter((other) => other < row);
  const parts = [...new Set(prompts)].map((prompt) => {
    const rows = identity.map((values) => values.filter((_, cell) => prompts[cell] === prompt));
    return { prompt, rows, fit: fitAdditive(rows) };
  });
  const degrees = parts.reduce((sum, { fit }) => sum + fit.degrees, 0);
  if (earlier.length === 0 || degrees === 0) return [];
  const variance = parts.reduce((sum, { fit }) => sum + fit.variance * fit.degrees, 0) / degrees;
  const quantile = studentQuantile(1 - fallChance / (parts.length * earlier.length), degrees);
  const falls = parts.flatMap(({ prompt, rows }): PromptFall[] => {
    const sure = earlier.flatMap((peak): PromptFall[] => {
      const { difference: by, pairs } = paired(rows[row], rows[peak]);
      const isSure = pairs > 0 && by > quantile * Math.sqrt((2 * variance) / pairs);
      return isSure && by >= leastFall ? [{ prompt, peak, by }] : [];
    });
    const [worst] = worstFirst(sure);
    return worst ? [worst] : [];
  });
  return worstFirst(falls);
}

const worstFirst = (falls: PromptFall[]): PromptFall[] => falls.toSorted((a, b) => b.by - a.by);
