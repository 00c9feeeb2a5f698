import type { SetScores } from '../run/checkpoint-record.js';

/** One render of a checkpoint: null identity means no face was found in it. */
export interface CheckpointSample {
  prompt: string;
  seed: number;
  /** Mean cosine to the references, -1 to 1; null: no face. */
  identity: number | null;
  /** Highest cosine to a training picture. */
  nearestTraining: number | null;
  /** Of the face found, in degrees. */
  yaw?: number | null;
}

export interface CheckpointSamples {
  step: number;
  /** What the samples say together, where it is known already. */
  scores?: SetScores;
  /** Mean difference between seeds of a prompt, 0 (all the same) to 1; where it is known. */
  variety?: number | null;
  /** Why the tests beside the prompts rule it out for certain; null: they don't, or there are none. */
  testFailure?: string | null;
  samples: CheckpointSample[];
}

/** The same prompt and seed, rendered without LoRA. */
export type BaselineSample = Omit<CheckpointSample, 'nearestTraining'> & { nearestTraining?: number | null };

type Sample = Pick<CheckpointSample, 'prompt' | 'seed' | 'identity'>;

/** Both identities of every prompt and seed where both pictures show a face, in the order of the first list. */
export function pairsOf(first: readonly Sample[], second: readonly Sample[]): [number, number][] {
  const others = new Map(second.map((sample) => [keyOf(sample), sample.identity]));
  return first.flatMap((sample): [number, number][] => {
    const other = others.get(keyOf(sample)) ?? null;
    return sample.identity === null || other === null ? [] : [[sample.identity, other]];
  });
}

/** Identity with the LoRA minus identity without it, pair by pair. */
export function gainsOf(checkpoint: CheckpointSamples, baseline: readonly BaselineSample[]): number[] {
  return pairsOf(checkpoint.samples, baseline).map(([own, without]) => own - without);
}

export const keyOf = ({ prompt, seed }: Pick<Sample, 'prompt' | 'seed'>): string => `${seed} ${prompt}`;
