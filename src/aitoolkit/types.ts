import type { ValidationLoss } from '../run/record.js';
import type { Digest } from '../artifacts/digest.js';
import type { FailureType } from '../run/failures.js';
import type { TrainerPreset } from '../project/families/family.js';

/** What is to be trained, whichever trainer does it. */
export interface TrainingPlan {
  /** The project's name; the trainer's files are named after it. */
  name: string;
  trigger: string;
  /** The last step that gets a numbered checkpoint, where `saveEvery` divides it. */
  steps: number;
  saveEvery: number;
  rank: number;
  seed: number;
  /** Sections of the trainer's own config (network, save, train, model, datasets); see override.ts. */
  override: Record<string, unknown>;
  preset: TrainerPreset;
  /** How many pictures the trainer must say it found. */
  expectedImages: number;
  /** Goes into every checkpoint's metadata, and is looked for there. */
  meta: Record<string, string>;
}

export interface DatasetItem {
  imagePath: string;
  caption: string;
  fileName: string;
}

export interface ResumePair {
  checkpointPath: string;
  optimizerPath: string;
  step: number;
  /** Of the optimizer state as it was when it was taken; where known, one with another count is of another save. */
  updates?: number | null;
}

export interface TrainingRequest {
  plan: TrainingPlan;
  /** This attempt's own folder; its parent is the run's, and holds the lock. */
  workDir: string;
  /** Counts the attempts at this run, wherever they were made: the highest owns it, and ends the trainers of others. */
  generation: number;
  dataset: DatasetItem[];
  /** Pictures that are not trained on: the loss on them is measured after the update of every step that `every` divides. */
  validation?: { every: number; items: DatasetItem[] };
  resumeFrom?: ResumePair;
}

export type TrainingPhase = 'starting' | 'loading' | 'preparing dataset' | 'training' | 'saving';

export interface TrainingProgress {
  phase: TrainingPhase;
  step: number;
  steps: number;
  loss: number | null;
  /** The last one measured in this attempt. */
  validation: ValidationLoss | null;
  secondsPerStep: number | null;
}

/** Both paths are copies outside the trainer's folder; they are removed once `onCheckpoint` has resolved. */
export interface SoundCheckpoint {
  step: number;
  checkpointPath: string;
  /** Of the whole file, taken while it was copied. */
  checkpointDigest?: Digest;
  optimizerDigest?: Digest;
  /** Null: the trainer wrote the next state over it before it could be copied. Good to render, not to resume from. */
  optimizerPath: string | null;
  /** How many updates the optimizer state has made; null: it does not say. */
  updates: number | null;
  /** sha256 of the tensors alone: equal for equal weights, whatever the metadata. */
  dataSha256: string;
  /** How many tensors it holds. */
  tensors: number;
  /** Name and version of the trainer, e.g. 'ai-toolkit 0.12.26', as the file says it. */
  madeBy: string | null;
}

export interface TrainingHooks {
  /** Aborted: the trainer and its whole process group end, then `run` rejects with the reason. */
  signal: AbortSignal;
  /**
   * Aborted: the trainer saves after the step under way, what it saved is delivered, it ends, and `run` rejects with
   * the reason. One that trains no steps yet, or can't be asked, ends at once. How long that may take is up to `signal`.
   */
  saveAndStop?: AbortSignal;
  /** Called only when something really advanced. */
  onProgress(progress: TrainingProgress): void;
  /** Called in the order of steps, one at a time, while training goes on. A rejection ends the training. */
  onCheckpoint(checkpoint: SoundCheckpoint): Promise<void>;
}

export type TrainingFailureType = Extract<
  FailureType,
  'training-failed' | 'training-hopeless' | 'disk-full' | 'out-of-memory' | 'bad-input' | 'artifact-damaged' | 'fenced'
>;

export interface TrainingFailure {
  kind: 'failed';
  /** One sentence. */
  cause: string;
  type: TrainingFailureType;
  /** Whether the same thing tried again may end better. */
  retryable: boolean;
  /** The trainer's last lines, oldest first. */
  logTail: string[];
}

export type TrainingOutcome = { kind: 'completed'; seconds: number } | TrainingFailure;

/**
 * One that trains LoRAs with resumable checkpoints. ai-toolkit is the first; another one (kohya's sd-scripts) plans,
 * starts, follows, lists, stages and verifies inside these two calls, packing a state of several files into one.
 */
export interface Trainer {
  /** @returns what is wrong with a pair to resume from, or null: each file is whole, and it is what the plan makes. */
  verify(plan: TrainingPlan, pair: ResumePair): Promise<string | null>;
  /**
   * Trains in one child process. Resolves with how it ended; rejects only with the abort's reason or with what
   * `onCheckpoint` threw. No child is left behind in any case.
   */
  run(request: TrainingRequest, hooks: TrainingHooks): Promise<TrainingOutcome>;
}
