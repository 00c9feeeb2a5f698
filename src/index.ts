export type { ArtifactRef } from './artifacts/ref.js';
export { AzitClient, AzitClientError, RunHandle } from './client/index.js';
export type {
  AzitClientErrorCode,
  AzitClientOptions,
  ChoiceAnswer,
  ExportRunOptions,
  ListedRun,
  LiveActivity,
  Progress,
  RunOutcome,
  StartOptions,
  TemporalOptions,
  UnservedRole,
  WatchOptions,
  WrittenReport,
} from './client/index.js';
export { ExportError } from './export/errors.js';
export type { ExportedLora, ExportErrorCode } from './export/index.js';
export { InputError } from './spec/input-error.js';
export type { Problem } from './spec/input-error.js';
export { loadProject, loadProjectObject } from './spec/load.js';
export type { LoadedProject } from './spec/load.js';
export type { Gate, RunState, StageId } from './spec/names.js';
export type { NamedPrompt, ProjectFile, ResolvedProject } from './spec/schema.js';
export type {
  ApproveInput,
  BatchHeartbeat,
  ChooseCheckpointInput,
  PipelineResult,
  RejectInput,
  RunStatus,
  TrainingHeartbeat,
} from './workflows/types.js';
