export { bytesToWrite, freeBytesAt, gigabytes } from './disk.js';
export { failed, fault, TrainerError } from './errors.js';
export { probeTrainer, type Probe } from './probe.js';
export type { StallLimits } from './stall.js';
export { createAiToolkit, type AiToolkitOptions } from './trainer.js';
export type {
  DatasetItem,
  ResumePair,
  SoundCheckpoint,
  Trainer,
  TrainingFailure,
  TrainingHooks,
  TrainingOutcome,
  TrainingPhase,
  TrainingPlan,
  TrainingProgress,
  TrainingRequest,
} from './types.js';
