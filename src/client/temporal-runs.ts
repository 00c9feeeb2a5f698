import { WorkflowNotFoundError, type Client, type WorkflowExecutionInfo } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  checkpointSweepWorkflowType,
  pipelineWorkflowType,
  runIdOf,
  sweepWorkflowIdOf,
  workflowIdOf,
} from '../project/names.js';
import { storeIn, storeMark } from '../run/store-of-run.js';
import type { Named } from '../upkeep/named-contents.js';
import type { TemporalRun } from '../upkeep/survey.js';
import { AzitClientError } from './errors.js';
import { asClientError } from './grpc.js';
import { namedInHistory } from './history-names.js';

/** As Temporal keeps it, with what a list shows. */
export interface FoundRun extends TemporalRun {
  /** Epoch milliseconds; null while it goes on. */
  closedAtMs: number | null;
}

/** Every run that Temporal has of this store, with what its histories name: what is in them is needed to ask about it. */
export async function temporalRuns(client: Client, storeId: string | null): Promise<FoundRun[]> {
  try {
    const executions = new Map<string, WorkflowExecutionInfo[]>();
    const query = `WorkflowType IN ('${pipelineWorkflowType}', '${checkpointSweepWorkflowType}')`;
    for await (const info of client.workflow.list({ query })) {
      const runId = ownerOf(info);
      executions.set(runId, [...(executions.get(runId) ?? []), info]);
    }
    const found: FoundRun[] = [];
    for (const [runId, ofRun] of executions)
      if (isOfStore(ofRun, storeId)) found.push(await foundRun(client, runId, ofRun));
    return found;
  } catch (error) {
    throw asClientError(error, '');
  }
}

const isSweep = ({ type }: WorkflowExecutionInfo): boolean => type === checkpointSweepWorkflowType;

const ownerOf = (info: WorkflowExecutionInfo): string =>
  runIdOf(isSweep(info) ? info.workflowId.replace(/-sweep$/, '') : info.workflowId);

/** Runs from before stores had an identity do not tell, and neither does a sweep: they count as this store's. */
function isOfStore(executions: WorkflowExecutionInfo[], storeId: string | null): boolean {
  const stores = executions.flatMap(({ memo }) => storeIn(memo?.[storeMark]) ?? []);
  return stores.length === 0 || stores.some(({ id }) => id === storeId);
}

async function foundRun(client: Client, runId: string, executions: WorkflowExecutionInfo[]): Promise<FoundRun> {
  const open = executions.filter(({ status }) => status.name === 'RUNNING');
  // Before the histories: what ends between the two looks is in them, and what begins is younger.
  const reliesSinceMs = await relianceOf(client, open);
  const named = new Map<string, Named>();
  for (const { workflowId, runId: executionId } of executions)
    await namedInHistory(client, { workflowId, runId: executionId }, named);
  const closed = executions.map(({ closeTime }) => closeTime?.getTime() ?? 0);
  const isOpen = open.length > 0;
  return { runId, isOpen, named: named.values(), reliesSinceMs, closedAtMs: isOpen ? null : Math.max(...closed) };
}

/** When the oldest attempt began whose result the history does not have yet. */
async function relianceOf(client: Client, open: WorkflowExecutionInfo[]): Promise<number> {
  let sinceMs = Date.now();
  for (const { workflowId, runId } of open) {
    const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
    for (const { lastStartedTime, scheduledTime } of raw.pendingActivities ?? []) {
      const began = lastStartedTime?.seconds ?? scheduledTime?.seconds;
      if (began) sinceMs = Math.min(sinceMs, Number(began) * 1000);
    }
  }
  return sinceMs;
}

/** A server deletes what has just closed at the next look at its own queue: 30 s and a jitter, by default. */
const forgottenWithinMs = 120_000;
const lookEveryMs = 200;

/** Has Temporal delete a closed run: all of its executions, and of its sweep's. */
export async function forgetRun(client: Client, runId: string): Promise<void> {
  try {
    const ids = [workflowIdOf(runId), sweepWorkflowIdOf(runId)];
    const query = ids.map((id) => `WorkflowId = '${id}'`).join(' OR ');
    for await (const { workflowId, runId: executionId } of client.workflow.list({ query }))
      await deleteExecution(client, workflowId, executionId);
    for (const id of ids) await untilForgotten(client, id);
  } catch (error) {
    throw asClientError(error, runId);
  }
}

async function deleteExecution(client: Client, workflowId: string, runId: string): Promise<void> {
  const { namespace } = client.options;
  const asked = { namespace, workflowExecution: { workflowId, runId } };
  await client.workflowService.deleteWorkflowExecution(asked).catch((error: unknown) => {
    const told = asClientError(error, '');
    if (!(told instanceof AzitClientError && told.code === 'no-such-run')) throw error;
  });
}

/** The list may lag: whatever still answers to the id is deleted too. */
async function untilForgotten(client: Client, workflowId: string): Promise<void> {
  const deadline = performance.now() + forgottenWithinMs;
  for (let asked: string | null = null; ;) {
    const runId = await currentOf(client, workflowId);
    if (runId === null) return;
    if (runId !== asked) await deleteExecution(client, workflowId, runId);
    asked = runId;
    if (performance.now() > deadline)
      throw new AzitClientError(
        'temporal-unfit',
        `Temporal still has the workflow '${workflowId}' two minutes after it was asked to delete it: run the same command again.`,
      );
    await sleep(lookEveryMs);
  }
}

async function currentOf(client: Client, workflowId: string): Promise<string | null> {
  try {
    return (await client.workflow.getHandle(workflowId).describe()).runId;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
