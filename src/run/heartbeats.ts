import type { ArtifactRef } from './ref.js';
import type { ValidationLoss } from './training-record.js';

/** Heartbeat details of `trainLora`: what a terminal shows between two checkpoints. */
export interface TrainingHeartbeat {
  kind: 'training';
  /** e.g. `starting`. */
  phase: string;
  step: number;
  /** Of the whole training. */
  steps: number;
  /** Null before the first step. */
  loss: number | null;
  /** The last one, where it is asked for. */
  validation?: ValidationLoss | null;
  /** Null before two steps. */
  secondsPerStep: number | null;
  /** For how long nothing has advanced. */
  idleSeconds?: number;
  /** Where another run trains the same: up to where this run has been told. */
  toldStep?: number;
}

/** Heartbeat details of `renderBatch` and `scoreFaces`. */
export interface BatchHeartbeat {
  kind: 'batch';
  what: 'render' | 'score' | 'report';
  /** Images, or pages of the report. */
  done: number;
  /** How many images (or files) the batch has. */
  of: number;
  /** The newest images of the batch, oldest first: people see them before they are measured. */
  recent?: ArtifactRef[];
  /** In words, where the unit has not begun: a GPU that somebody else has. */
  waitingFor?: string;
  idleSeconds?: number;
}

/** A beat stays small: some 200 bytes an image. */
const mostRecent = 16;

/** @param images of the batch, those that are there, oldest first: the newest go along */
export function batchBeat(
  what: BatchHeartbeat['what'],
  { done, of }: { done: number; of: number },
  images: Iterable<{ image: ArtifactRef }>,
): BatchHeartbeat {
  const recent = [...images].slice(-mostRecent).map(({ image }) => image);
  return { kind: 'batch', what, done, of, ...(recent.length > 0 ? { recent } : {}) };
}
