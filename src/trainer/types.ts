import type { ValidationLoss } from '../run/training-record.js';
import type { Digest } from '../artifacts/digest.js';
import type { FailureType } from '../run/failures.js';
import type { TrainingPreset } from '../project/families/family.js';

/** What is to be trained, whichever trainer does it. */
export interface TrainingPlan {
  /** The project's name; the trainer's files are named after it. */
  name: string;
  trigger: string;
  /** The last step that gets a numbered checkpoint, where `saveEvery` divides it. */
  steps: number;
  /** Steps from one checkpoint to the next. */
  saveEvery: number;
  /** Of the LoRA, 1 to 256. */
  rank: number;
  seed: number;
  /** Keys of the trainer's own config, over those of the preset. */
  override: Record<string, unknown>;
  preset: TrainingPreset;
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

/** A file of a resume state, under the name that tells its trainer which of them it is. */
export interface StateFile {
  name: string;
  path: string;
  /** Of the whole file, taken while it was copied. */
  digest?: Digest;
}

/** What a training goes on with beside the weights. Only the trainer that wrote it understands it. */
export interface ResumeState {
  files: StateFile[];
  /** JSON by which the trainer knows this state again; kept with the files and given back with them. */
  mark: unknown;
}

/** Where a training may go on: weights, and the state of the same save. */
export interface ResumePoint {
  step: number;
  checkpointPath: string;
  state: ResumeState;
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
  /** Absent: it begins at zero. */
  resumeFrom?: ResumePoint;
}

export type TrainingPhase = 'starting' | 'loading' | 'preparing dataset' | 'training' | 'saving';

export interface TrainingProgress {
  phase: TrainingPhase;
  step: number;
  steps: number;
  /** Null: not known yet. */
  loss: number | null;
  /** The last one measured in this attempt. */
  validation: ValidationLoss | null;
  /** Null: too few steps since the start. */
  secondsPerStep: number | null;
}

/** All files are copies outside the trainer's folder; they are removed once `onCheckpoint` has resolved. */
export interface SoundCheckpoint {
  step: number;
  checkpointPath: string;
  /** Of the whole file, taken while it was copied. */
  checkpointDigest?: Digest;
  /** Null: the trainer wrote the next state over it before it could be copied. Good to render, not to resume from. */
  state: ResumeState | null;
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
   * Aborted: the trainer saves after the step under way, what it saved is delivered, it ends, and the outcome is
   * `stopped`. One that trains no steps yet, or can't be asked, ends at once. How long that may take is up to `signal`.
   */
  saveAndStop?: AbortSignal;
  /** Called only when something really advanced. */
  onProgress(progress: TrainingProgress): void;
  /** Called in the order of steps, one at a time, while training goes on. A rejection ends the training. */
  onCheckpoint(checkpoint: SoundCheckpoint): Promise<void>;
}

export type TrainingFailureType = Extract<
  FailureType,
  | 'training-failed'
  | 'training-stuck'
  | 'training-hopeless'
  | 'disk-full'
  | 'out-of-memory'
  | 'bad-input'
  | 'bad-setting'
  | 'artifact-damaged'
  | 'fenced'
>;

export interface TrainingFailure {
  kind: 'failed';
  /** One sentence. */
  cause: string;
  type: TrainingFailureType;
  /** The trainer's last lines, oldest first. */
  logTail: string[];
}

export type TrainingOutcome =
  | { kind: 'completed'; seconds: number }
  /** By `saveAndStop`: all that it has saved is delivered, and a later attempt goes on from there. */
  | { kind: 'stopped'; seconds: number }
  | TrainingFailure;

/** One that trains LoRAs with resumable checkpoints: what the rest of AZIT knows of any trainer. See TrainerProgram. */
export interface Trainer {
  /** @returns what is wrong with a point to resume from, or null: each file is whole, and it is what the plan makes. */
  verify(plan: TrainingPlan, point: ResumePoint): Promise<string | null>;
  /**
   * Trains in one child process. Resolves with how it ended; rejects only with the reason of `signal` or with what
   * `onCheckpoint` threw. No child is left behind in any case.
   */
  run(request: TrainingRequest, hooks: TrainingHooks): Promise<TrainingOutcome>;
}
