import { activityInfo, getClient } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';

/** An attempt of a run's activity, as Temporal knows it. */
export interface Holder {
  runId: string;
  workflowId: string;
  activityId: string;
  attempt: number;
}

/** This attempt, as others may look it up. */
export function holderOf({ runId }: { runId: string }): Holder {
  const { activityId, attempt, workflowExecution } = activityInfo();
  return { runId, workflowId: workflowExecution?.workflowId ?? '', activityId, attempt };
}

/** Temporal's own word, which it has from the attempt's heartbeats. */
export async function isAtWork({ workflowId, activityId, attempt }: Holder): Promise<boolean> {
  try {
    const { raw } = await getClient().workflow.getHandle(workflowId).describe();
    const pending = raw.pendingActivities?.find((activity) => activity.activityId === activityId);
    const waits = 1;
    return pending?.attempt === attempt && pending.state !== waits;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
