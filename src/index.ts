export type { ArtifactRef } from './run/ref.js';
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
export { InputError } from './project/input-error.js';
export type { Problem } from './project/input-error.js';
export { loadProject, loadProjectObject } from './project/load.js';
export type { LoadedProject } from './project/load.js';
export type { Gate, RunState, StageId } from './project/names.js';
export type { NamedPrompt, ProjectFile, ResolvedProject } from './project/schema.js';
export type { ApproveInput, ChooseCheckpointInput, PipelineResult, RejectInput, RunStatus } from './run/messages.js';
export type { BatchHeartbeat, TrainingHeartbeat } from './run/heartbeats.js';
