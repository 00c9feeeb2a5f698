import type { CheckpointSamples } from './trajectory.js';

// Pure: workflows import this.

/** Faces that lock make seeds alike too; what is left of a lost style is less than this share. */
const lostShare = 1 / 3;

export interface LostVariety {
  /** The step whose seeds differed. */
  step: number;
  before: number;
  now: number;
}

/**
 * Do the seeds of a prompt come out nearly the same, where at an earlier step they did not? Backdrop and light are then
 * those of the training images. It rules nothing out: how much a face that locks takes away is not known.
 * @param earlier sound ones, and the anchor of the guards
 */
export function lostVariety(named: CheckpointSamples, earlier: readonly CheckpointSamples[]): LostVariety | null {
  const now = named.variety ?? null;
  if (now === null) return null;
  const most = earlier.reduce<{ step: number; before: number } | null>((best, { step, variety }) => {
    return typeof variety === 'number' && variety > (best?.before ?? 0) ? { step, before: variety } : best;
  }, null);
  return most && now < most.before * lostShare ? { ...most, now } : null;
}
