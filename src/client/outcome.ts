import { setMaxListeners } from 'node:events';
import { ChildWorkflowFailure, TerminatedFailure } from '@temporalio/common';
import { WorkflowFailedError, type Client, type WorkflowHandle } from '@temporalio/client';
import type { PipelineResult, RunDocument } from '../run/messages.js';
import { failureTypeOf, fixOf } from '../run/failures.js';
import { deepestCause } from './errors.js';
import { sameFileAgain } from './finished.js';
import type { RunCalls } from './run-calls.js';

/** How a run ended: its own result, or how Temporal ended it. */
export type RunOutcome =
  | { kind: 'completed'; result: PipelineResult }
  | { kind: 'failed'; reason: string; /** What a person does about it, where that is known. */ fix?: string }
  | { kind: 'cancelled' };

/** Waits for the end, however long that takes. */
export async function outcomeOf(workflow: WorkflowHandle, calls: RunCalls): Promise<RunOutcome> {
  try {
    return { kind: 'completed', result: (await workflow.result()) as PipelineResult };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) return await calls.recallAfter(error, keptOutcome);
    if (error.cause?.name === 'CancelledFailure') return { kind: 'cancelled' };
    const deepest = deepestCause(error);
    const type = failureTypeOf(deepest);
    return { kind: 'failed', reason: reasonOf(error.cause, deepest), ...(type && { fix: fixOf(type, 'run') }) };
  }
}

/** Waits for the end, however it was, or until `signal`. @throws where Temporal can't tell it */
export async function untilOver(client: Client, workflow: WorkflowHandle, signal: AbortSignal): Promise<void> {
  // Each long poll leaves a listener there (SDK 1.24.0): from the eleventh on Node would warn the person.
  setMaxListeners(0, signal);
  await client
    .withAbortSignal(signal, () => workflow.result())
    .catch((error: unknown) => {
      if (!(error instanceof WorkflowFailedError)) throw error;
    });
}

function keptOutcome({ status, result }: RunDocument, hadEnded: boolean): RunOutcome {
  if (result) return { kind: 'completed', result };
  if (status.state === 'cancelled') return { kind: 'cancelled' };
  if (status.state === 'failed' && hadEnded)
    return { kind: 'failed', reason: 'Temporal no longer has the run, nor why it failed' };
  return { kind: 'failed', reason: 'Temporal forgot the run before it ended', fix: sameFileAgain };
}

function reasonOf(cause: Error | undefined, deepest: Error): string {
  if (cause instanceof ChildWorkflowFailure && deepest instanceof TerminatedFailure)
    return `Its workflow ${cause.execution.workflowId} was terminated in Temporal`;
  return deepest.message;
}
