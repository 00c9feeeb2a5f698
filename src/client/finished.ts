import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { identify } from '../artifacts/identity.js';
import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { AzitClientError } from './errors.js';
import { startAgain } from './start.js';
import { strengthsOf } from '../project/strengths.js';
import type { ChooseCheckpointInput, RunDocument } from '../run/messages.js';

/** How a run stands that takes no decision any more, in words. */
export const endWords: Record<string, string> = {
  COMPLETED: 'has completed',
  CANCELLED: 'was cancelled',
  FAILED: 'failed',
  TERMINATED: 'was terminated in Temporal',
  TIMED_OUT: 'timed out in Temporal',
  FORGOTTEN: 'was forgotten by Temporal before it ended',
  completed: 'has completed',
  cancelled: 'was cancelled',
  failed: 'failed',
};

export function overError(runId: string, end: string, wish: string): AzitClientError {
  const how = endWords[end] ?? 'has ended';
  return new AzitClientError('refused', `The run '${runId}' ${how}: there is nothing to ${wish}.${nextOf(runId, end)}`);
}

function nextOf(runId: string, end: string): string {
  if (['FORGOTTEN', 'CANCELLED'].includes(end.toUpperCase())) return ` ${sameFileAgain}`;
  return end.toLowerCase() === 'completed'
    ? ` To choose another checkpoint, run \`azit choose ${runId} --step STEP\`.`
    : ` ${startOver}`;
}

const startOver =
  'To start over, run its project file under another --id: finished images and training steps are reused.';

/** The same file under the same id: nothing holds it any more. */
export const sameFileAgain = 'Run its project file again: finished images and training steps are reused.';

/**
 * Shows a finished run with another of its checkpoints: stage 06 and the report are made anew, under the same id.
 * @returns whether nothing is to be done. @throws AzitClientError refused; WorkflowExecutionAlreadyStartedError where
 * somebody else was quicker.
 */
export async function showAgain(
  client: Client,
  store: ArtifactStore,
  document: RunDocument,
  { step, strength, by, end }: ChooseCheckpointInput & { /** How the run's last execution ended. */ end: string },
): Promise<{ already: boolean }> {
  const { status, report, input } = document;
  const steps = report.checkpoints.map((checkpoint) => checkpoint.step);
  const { runId } = status;
  const refuse = (message: string) => new AzitClientError('refused', message);
  if (steps.length === 0)
    throw refuse(
      `The run '${runId}' ${endWords[status.state] ?? 'ended'} before its checkpoints were compared, so none can be chosen. ${status.state === 'cancelled' ? sameFileAgain : startOver}`,
    );
  if (!steps.includes(step)) throw refuse(`Step ${step} has no checkpoint. Available: ${steps.join(', ')}.`);
  const { choice, run } = report;
  const strengths = run.strengths ?? strengthsOf(input.project.sweep);
  if (strength !== undefined && !strengths.includes(strength))
    throw refuse(`Strength ${strength} is not in the sweep. Available: ${strengths.join(', ')}.`);
  // The rule's own, where none is named.
  const at = run.strengths && (strength ?? (choice?.advice ?? choice)?.strength);
  const isShown = choice?.step === step && choice.strength === at;
  // One whose new stage 06 was cancelled has its report of before, and no end of its own.
  if (end.toLowerCase() === 'completed' && isShown) return { already: true };
  const record = await store.putBytes(Buffer.from(JSON.stringify(document)), {
    name: `run-${runId}.json`,
    mediaType: 'application/json',
  });
  await startAgain(
    client,
    { ...input, again: { record, step, ...(at === undefined ? {} : { strength: at }), ...(by ? { by } : {}) } },
    await identify(store),
  );
  return { already: false };
}

export const isTaken = (error: unknown): boolean => error instanceof WorkflowExecutionAlreadyStartedError;
