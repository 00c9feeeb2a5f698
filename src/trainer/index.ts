export { createTrainer } from './attempt.js';
export { trainerEnvironment } from './environment.js';
export { failed, fault, TrainerError, type Fault } from './errors.js';
export { stepsToDeliver } from './preparation.js';
export type {
  BarReading,
  CheckpointFiles,
  CheckpointMetadata,
  OpenedAttempt,
  PreparedAttempt,
  Save,
  TrainerEvent,
  TrainerProgram,
} from './program.js';
export type { StallLimits } from './stall.js';
export type {
  DatasetItem,
  ResumePoint,
  ResumeState,
  SoundCheckpoint,
  StateFile,
  Trainer,
  TrainingFailure,
  TrainingFailureType,
  TrainingHooks,
  TrainingOutcome,
  TrainingPhase,
  TrainingPlan,
  TrainingProgress,
  TrainingRequest,
} from './types.js';
export { verifyCheckpoint } from './verify.js';
