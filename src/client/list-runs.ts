import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { RunRecords } from '../artifacts/run-records.js';
import { pipelineWorkflowType, runIdOf, type RunState } from '../project/names.js';
import { asTemporalError } from './grpc.js';
import type { RunMemo } from './start.js';

/** A run as Temporal lists it, with no worker asked. */
export interface ListedRun {
  runId: string;
  name: string;
  model: string;
  state: RunState;
  /** ISO 8601 */
  startedAt: string;
  /** ISO 8601; null: the run has not ended. */
  finishedAt: string | null;
  /** The last stage that began, or `sweep`; only where Temporal tells. */
  stage?: string;
  /** The last saved step. */
  step?: number;
  /** The best identity so far, -1 to 1. */
  identity?: number;
}

/** A thousand runs take a second; a connection that is half open says nothing at all. */
const listTimeoutMs = 15_000;

/** Newest first, at most `limit`: those that Temporal keeps, and those that only the store remembers. */
export async function listRuns(
  client: Client,
  store: () => Promise<ArtifactStore>,
  limit: number,
): Promise<ListedRun[]> {
  const runs = new Map<string, ListedRun>();
  const listAll = async (): Promise<void> => {
    const query = `WorkflowType = '${pipelineWorkflowType}'`;
    for await (const info of client.workflow.list({ query, pageSize: limit })) {
      const run = listedRun(info);
      // The newest of its executions comes first.
      if (runs.has(run.runId)) continue;
      runs.set(run.runId, run);
      if (runs.size >= limit) break;
    }
  };
  try {
    await client.withDeadline(Date.now() + listTimeoutMs, listAll);
  } catch (error) {
    throw asTemporalError(error);
  }
  for (const run of await keptRuns(store, limit)) if (!runs.has(run.runId)) runs.set(run.runId, run);
  return [...runs.values()].sort((a, b) => b.startedAt.localeCompare(a.startedAt)).slice(0, limit);
}

function listedRun({
  memo,
  workflowId,
  status,
  searchAttributes,
  startTime,
  closeTime,
}: WorkflowExecutionInfo): ListedRun {
  const { name = '', model = '' } = (memo ?? {}) as Partial<RunMemo>;
  return {
    runId: runIdOf(workflowId),
    name,
    model,
    state: stateOf(status.name, searchAttributes['AzitState']?.[0]),
    startedAt: startTime.toISOString(),
    finishedAt: closeTime?.toISOString() ?? null,
    ...toldBy(searchAttributes),
  };
}

function stateOf(status: string, attribute: unknown): RunState {
  if (status === 'COMPLETED') return 'completed';
  if (status === 'CANCELLED') return 'cancelled';
  if (status !== 'RUNNING') return 'failed';
  return attribute === 'waiting' || attribute === 'needs-help' ? attribute : 'running';
}

/** What the run's search attributes say, where the server has them. */
function toldBy(attributes: WorkflowExecutionInfo['searchAttributes']): Pick<ListedRun, 'stage' | 'step' | 'identity'> {
  const [stage, step, identity] = ['AzitStage', 'AzitStep', 'AzitIdentity'].map((name) => attributes[name]?.[0]);
  return {
    ...(typeof stage === 'string' ? { stage } : {}),
    ...(typeof step === 'number' ? { step } : {}),
    ...(typeof identity === 'number' ? { identity } : {}),
  };
}

/** To list runs must not fail where the store can't be used. */
async function keptRuns(store: () => Promise<ArtifactStore>, limit: number): Promise<ListedRun[]> {
  try {
    const kept = await new RunRecords(await store()).list(limit);
    return kept.map(({ projectSha256: _, record: __, state, ...run }) => {
      // Temporal has forgotten it before it ended: it will not go on.
      return { ...run, state: run.finishedAt === null ? 'failed' : (state as RunState) };
    });
  } catch {
    return [];
  }
}
