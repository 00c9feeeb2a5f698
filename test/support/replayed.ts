import assert from 'node:assert/strict';
import type { Client } from '@temporalio/client';
import { Worker, type ReplayHistoriesIterable, type ReplayWorkerOptions } from '@temporalio/worker';

/** Replays every execution of a task queue, as the worker does that takes it over from one that died. */
export async function assertReplays(client: Client, taskQueue: string, options: ReplayWorkerOptions): Promise<void> {
  const failures: string[] = [];
  const replays = Worker.runReplayHistories(options, historiesOf(client, taskQueue));
  for await (const { workflowId, error } of replays) if (error) failures.push(`${workflowId}: ${error.message}`);
  assert.deepEqual(failures, []);
}

async function* historiesOf(client: Client, taskQueue: string): ReplayHistoriesIterable {
  for await (const { workflowId, runId } of client.workflow.list({ query: `TaskQueue = '${taskQueue}'` })) {
    yield { workflowId, history: await client.workflow.getHandle(workflowId, runId).fetchHistory() };
  }
}
