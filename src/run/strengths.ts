import type { CheckpointRecord } from './record.js';

// Pure: workflows import this.

/** With the scores at one of its strengths in the first place. */
export function atStrength(checkpoint: CheckpointRecord, strength: number | undefined): CheckpointRecord {
  const found = checkpoint.strengths?.find((one) => one.strength === strength);
  if (!found) return checkpoint;
  const { strength: _, ...scores } = found;
  return { ...checkpoint, ...scores };
}

/** To follow the name of a checkpoint, where several strengths are compared. */
export const strengthWords = (strength: number | null | undefined): string =>
  typeof strength === 'number' ? ` at strength ${strength}` : '';
