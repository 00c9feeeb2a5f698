import type { ArtifactRef } from './ref.js';

export interface TrainingRecord {
  steps: number;
  /** In steps. */
  saveEvery: number;
  /** See `TrainLoraResult`. */
  resumes: { attempt: number; fromStep: number; atStep: number }[];
  /** [step, loss], thinned to at most 600 points. */
  loss: [number, number][];
  /** [step, loss on the held-out pictures], where it was asked for. */
  validation?: [number, number][];
  seconds: number;
  /** Where it ended before its last step, as the rule of `training.stop` says. */
  stopped?: TrainingStopped;
}

export const stepsTrained = ({ steps, stopped }: TrainingRecord): number => stopped?.at ?? steps;

/** Why a training may stop: see `stopReason`. */
export interface TrainingStop {
  kind: 'locked' | 'copies' | 'person';
  /** The checkpoint at which the rule, or a person, said so. */
  decidedAt: number;
  /** The checkpoint at which identity most likely stopped rising; or the first of two that copy. */
  since: number;
  /** Of `locked`: the chance, 0 to 1, that it had stopped rising `by` this checkpoint. */
  by?: number;
  chance?: number;
  /** Of `person`: who, where that is known. */
  who?: string;
  /** Of `copies`: what the guard found. */
  why?: string;
}

export interface TrainingStopped extends TrainingStop {
  /** The last checkpoint that is saved, in steps. */
  at: number;
  /** In words: "stopped at 2000 of 3000: ...". */
  reason: string;
}

/** What it cost to see whether a training may stop. */
export interface WatchCost {
  checkpoints: number;
  /** Rendered for it; those that the sweep needs are counted too. */
  images: number;
}

/** The loss on the held-out pictures, after the update of that step. */
export interface ValidationLoss {
  step: number;
  loss: number;
}

/** A sound checkpoint, published. */
export interface CheckpointSaved {
  step: number;
  lora: ArtifactRef;
  /** Of what a resume needs beside it. Older runs do not tell. */
  stateBytes?: number;
  /** As last reported when it was saved. */
  loss?: number;
  validation?: ValidationLoss;
}

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
