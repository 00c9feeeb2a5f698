import type { Client } from '@temporalio/client';
import { longest, cut } from '../text/cut.js';
import { sweepWorkflowIdOf, workflowIdOf } from '../project/names.js';

/** A task that fails is tried again without further events, so that its failure is among the last. */
const lastEvents = 10;

/**
 * Why the workflow task of a run, or of its sweep, fails again and again: code that this worker has not, or a payload
 * that it cannot read from the artifact store. null where none is tried again.
 */
export async function obstacleOf(client: Client, runId: string): Promise<string | null> {
  for (const workflowId of [workflowIdOf(runId), sweepWorkflowIdOf(runId)]) {
    const why = await failedTask(client, workflowId);
    if (why !== null) return why;
  }
  return null;
}

async function failedTask({ workflowService, options: { namespace } }: Client, workflowId: string) {
  const execution = { workflowId };
  const described = await workflowService.describeWorkflowExecution({ namespace, execution }).catch(() => null);
  if ((described?.pendingWorkflowTask?.attempt ?? 1) < 2) return null;
  const { history } = await workflowService.getWorkflowExecutionHistoryReverse({
    namespace,
    execution,
    maximumPageSize: lastEvents,
  });
  const failed = history?.events?.find((event) => event.workflowTaskFailedEventAttributes);
  const message = failed?.workflowTaskFailedEventAttributes?.failure?.message;
  return cut(message ?? 'its workflow task keeps failing', longest.line);
}
