import { WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { sweepWorkflowIdOf, workflowIdOf } from '../project/names.js';
import type { RunStatus } from '../run/messages.js';
import { asTemporalError, grpcCodeOf, grpcStatus } from './grpc.js';
import { endedStatus } from './ended.js';
import { activitiesIn, type LiveActivity, type Progress } from './progress.js';

/** A run as it was seen, for the next look. */
export interface Look {
  progress: Progress;
  /** As its worker told it. */
  status: RunStatus;
  /** Which execution, and how long its history was; null: Temporal did not tell. */
  history: string | null;
  /** When its worker was asked, on the clock of `performance.now`. */
  askedAtMs: number;
}

/**
 * Looks at a run again and again at little cost: its worker is asked only where its history has grown since, and its sweep
 * only while there is one.
 * @param askEveryMs its worker is asked no more often
 */
export async function lookAt(
  client: Client,
  runId: string,
  ask: () => Promise<RunStatus>,
  before: Look | null,
  askEveryMs = 0,
): Promise<Look> {
  const told = await describedInTime(client, workflowIdOf(runId)).catch((error: unknown) => {
    // One that the store remembers is shown without Temporal; what was seen of another one says more than nothing.
    if (before) throw asTemporalError(error, runId);
    return asTemporalError(error, runId) as Error;
  });
  const described = told instanceof Error ? null : told;
  const history = described && `${described.runId} ${described.historyLength}`;
  const isSame = before !== null && history !== null && history === before.history;
  const isTooSoon = before !== null && performance.now() - before.askedAtMs < askEveryMs && !described?.closeTime;
  const asked = async (): Promise<Omit<Look, 'progress'>> => {
    const askedAtMs = performance.now();
    const status = await ask().catch((error: unknown) => {
      throw told instanceof Error ? told : error;
    });
    return { status, history, askedAtMs };
  };
  const seen = isSame || isTooSoon ? before : await asked();
  const { status } = seen;
  const sweep = await sweepOf(client, status);
  const ended = described?.closeTime ? { how: described.status.name, at: described.closeTime.toISOString() } : null;
  const activities = [...(described ? activitiesIn(described) : []), ...sweep];
  return { ...seen, progress: { status: endedStatus(status, ended), activities } };
}

/** A connection that is half open says nothing, for minutes. */
const describeTimeoutMs = 5000;

/** @returns null where Temporal has no such workflow */
async function describedInTime(client: Client, workflowId: string): Promise<WorkflowExecutionDescription | null> {
  const deadline = Date.now() + describeTimeoutMs;
  return await client
    .withDeadline(deadline, () => client.workflow.getHandle(workflowId).describe())
    .catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError || grpcCodeOf(error) === grpcStatus.notFound) return null;
      throw error;
    });
}

async function sweepOf(client: Client, status: RunStatus): Promise<LiveActivity[]> {
  const isSweeping = status.finishedAt === null && status.training !== null && status.choice === null;
  if (!isSweeping) return [];
  // A nicety, never a reason to fail.
  const described = await describedInTime(client, sweepWorkflowIdOf(status.runId)).catch(() => null);
  return described ? activitiesIn(described) : [];
}
