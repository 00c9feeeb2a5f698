import type { TrainingStop, TrainingStopped, WatchCost } from './record.js';

// Pure: workflows import this.

/** @param at the last checkpoint that is saved @param steps that were asked for */
export const stoppedAt = (stop: TrainingStop, at: number, steps: number): TrainingStopped => {
  return { ...stop, at, reason: `stopped at ${at} of ${steps}: ${stopWords(stop)}` };
};

/** Why, to follow a colon. */
export function stopWords({ kind, decidedAt, since, by = since, chance = 0, why, who }: TrainingStop): string {
  if (kind === 'person') return `decided by ${who ?? 'a person'}`;
  if (kind === 'copies') return `checkpoints ${since} and ${decidedAt} copy training images (${decidedAt}: ${why})`;
  const sure = `by ${by} with a chance of ${Math.floor(100 * chance)} %`;
  return `identity most likely stopped rising at ${since} (${sure}; checkpoint ${decidedAt} is the second in a row to show it)`;
}

export const watchWords = ({ images, checkpoints }: WatchCost): string =>
  `${images} images of ${checkpoints} ${checkpoints === 1 ? 'checkpoint' : 'checkpoints'}`;
