import type { SweepProgress } from '../run/sweep.js';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ReportRecord } from '../run/record.js';
import type { CheckpointSaved } from '../run/training-record.js';
import type {
  ApproveInput,
  ChooseCheckpointInput,
  Chosen,
  DecidedBy,
  RejectInput,
  RunStatus,
} from '../run/messages.js';

// Decisions are updates: the person waits for the answer and may be refused.
export const approveUpdate = defineUpdate<void, [ApproveInput]>('approve');
export const rejectUpdate = defineUpdate<void, [RejectInput]>('reject');
export const chooseCheckpointUpdate = defineUpdate<Chosen, [ChooseCheckpointInput]>('chooseCheckpoint');
export const resumeUpdate = defineUpdate<void, [DecidedBy | undefined]>('resume');

/** The trainer saves and ends; the run goes on with what is saved. */
export const stopTrainingUpdate = defineUpdate<void, [DecidedBy | undefined]>('stopTraining');

/** Sent before a cancellation, which carries no name itself. */
export const cancelledBySignal = defineSignal<[DecidedBy]>('cancelledBy');

// News from the trainer: nobody waits, and a lost one is made good by the next.
/** Several at once where the ones before could not be told, or nobody waits for them. */
export const checkpointSavedSignal = defineSignal<[CheckpointSaved, ...CheckpointSaved[]]>('checkpointSaved');
/** `swept`: where training has stopped early, the steps that are compared. */
export const trainingEndedSignal =
  defineSignal<[{ checkpoints: CheckpointSaved[]; swept?: number[] }]>('trainingEnded');
/** The sweep to its pipeline: a checkpoint (or the baseline: step null) is scored; several where they are looked up. */
export const sweepProgressSignal = defineSignal<[SweepProgress, ...SweepProgress[]]>('sweepProgress');

export const statusQuery = defineQuery<RunStatus>('status');
export const curveQuery = defineQuery<{ step: number; mean: number; low: number; high: number; n: number }[]>('curve');
/** Everything the report needs; also of a run that is not finished. */
export const reportDataQuery = defineQuery<ReportRecord>('reportData');
