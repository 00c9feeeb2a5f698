import type { Client } from '@temporalio/client';
import { sweepWorkflowIdOf, workflowIdOf } from '../project/names.js';
import type { RunStatus } from '../run/messages.js';
import { endedStatus } from './ended.js';
import { activitiesIn, describeIfThere, type LiveActivity, type Progress } from './progress.js';

/** A run as it was seen, for the next look. */
export interface Look {
  progress: Progress;
  /** As its worker told it. */
  status: RunStatus;
  /** Which execution, and how long its history was; null: Temporal did not tell. */
  history: string | null;
}

/**
 * Looks at a run again and again at little cost: its worker is asked only where its history has grown since, and its sweep
 * only while there is one.
 */
export async function lookAt(
  client: Client,
  runId: string,
  ask: () => Promise<RunStatus>,
  before: Look | null,
): Promise<Look> {
  const described = await describeIfThere(client, workflowIdOf(runId));
  const history = described && `${described.runId} ${described.historyLength}`;
  const isSame = before !== null && history !== null && history === before.history;
  const status = isSame ? before.status : await ask();
  const sweep = await sweepOf(client, status);
  const ended = described?.closeTime ? { how: described.status.name, at: described.closeTime.toISOString() } : null;
  const activities = [...(described ? activitiesIn(described) : []), ...sweep];
  return { progress: { status: endedStatus(status, ended), activities }, status, history };
}

async function sweepOf(client: Client, status: RunStatus): Promise<LiveActivity[]> {
  const isSweeping = status.finishedAt === null && status.training !== null && status.choice === null;
  const described = isSweeping ? await describeIfThere(client, sweepWorkflowIdOf(status.runId)) : null;
  return described ? activitiesIn(described) : [];
}
