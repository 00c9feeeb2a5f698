import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import {
  checkpointSweepWorkflowType,
  pipelineWorkflowType,
  roles,
  runIdOf,
  taskQueueOf,
  type Role,
} from '../project/names.js';
import { workersAside, type WorkerAside } from './aside.js';
import { pollersOf, taskTypes, type Poller } from './pollers.js';
import { activitiesIn, isoOf, type LiveActivity } from './progress.js';
import { workerSigns, type SeenSign } from './signs.js';
import type { RunMemo } from './start.js';

/** A piece of work of a run: some worker has it, or it waits in a queue. */
export interface Unit extends LiveActivity {
  runId: string;
}

export interface QueueSeen {
  role: Role;
  /** Null: the role serves every family. */
  family: string | null;
  taskQueue: string;
  /** That ask for work, by their identity. */
  workers: Poller[];
  aside: WorkerAside[];
  /** Whether unfinished runs need it. */
  isNeeded: boolean;
}

/** What is alive, what it does, and what waits for whom. */
export interface Machines {
  workers: SeenSign[];
  queues: QueueSeen[];
  units: Unit[];
  /** Of unfinished runs, those that were not looked into. */
  unseenRuns: number;
}

/** Each costs a call to Temporal. */
const mostRuns = 60;
const atOnce = 10;

/** Asks Temporal alone. */
export async function machinesOf(client: Client, prefix: string): Promise<Machines> {
  const [workers, running] = await Promise.all([workerSigns(client, prefix), runningWorkflows(client)]);
  const described: WorkflowExecutionDescription[] = [];
  for (let from = 0; from < running.ids.length; from += atOnce)
    described.push(
      ...(
        await Promise.all(
          running.ids.slice(from, from + atOnce).map((id) =>
            client.workflow
              .getHandle(id)
              .describe()
              .catch(() => null),
          ),
        )
      ).filter((one) => one !== null),
    );
  const units = described.flatMap(unitsIn);
  const families = new Set(running.families);
  const served = workers.flatMap((worker) => worker.families);
  const queues = new Map<string, Omit<QueueSeen, 'workers' | 'aside'>>();
  for (const family of new Set([...families, ...served]))
    for (const role of roles) {
      const taskQueue = taskQueueOf(prefix, role, family);
      const isBound = role === 'render' || role === 'train';
      const isNeeded = isBound ? families.has(family) : families.size > 0;
      const isServed = workers.some(
        (worker) => worker.roles.includes(role) && (!isBound || worker.families.includes(family)),
      );
      if (isNeeded || isServed) queues.set(taskQueue, { role, family: isBound ? family : null, taskQueue, isNeeded });
    }
  const seen = await Promise.all(
    [...queues.values()].map(async (queue) => {
      const type = queue.role === 'pipeline' ? taskTypes.workflow : taskTypes.activity;
      const [polling, aside] = await Promise.all([
        pollersOf(client, queue.taskQueue, type),
        workersAside(client, queue.taskQueue),
      ]);
      return { ...queue, workers: polling, aside };
    }),
  );
  return { workers, queues: seen, units, unseenRuns: running.unseen };
}

async function runningWorkflows(client: Client): Promise<{ ids: string[]; families: string[]; unseen: number }> {
  const ids: string[] = [];
  const families = new Set<string>();
  let unseen = 0;
  const query = `WorkflowType IN ('${pipelineWorkflowType}', '${checkpointSweepWorkflowType}') AND ExecutionStatus = 'Running'`;
  for await (const { workflowId, memo } of client.workflow.list({ query })) {
    const { model } = (memo ?? {}) as Partial<RunMemo>;
    if (model) families.add(model);
    if (ids.length < mostRuns) ids.push(workflowId);
    else unseen += 1;
    if (unseen > 1000) break;
  }
  return { ids, families: [...families], unseen };
}

/** The state of a workflow task that no worker has, as Temporal numbers it. */
const scheduled = 1;

const nothing = { summary: null, taskQueue: null, worker: null, heartbeat: null, lastFailure: null, fix: null };

function unitsIn(description: WorkflowExecutionDescription): Unit[] {
  const runId = runIdOf(description.workflowId).replace(
    description.type === checkpointSweepWorkflowType ? /-sweep$/ : /$^/,
    '',
  );
  const task = description.raw.pendingWorkflowTask;
  const taskQueue = description.taskQueue;
  const isWaiting = task?.state === scheduled;
  const workflow: LiveActivity[] = isWaiting
    ? [
        {
          ...nothing,
          name: 'workflow',
          attempt: task.attempt ?? 1,
          waitsIn: taskQueue,
          since: isoOf(task.scheduledTime),
        },
      ]
    : [];
  return [...workflow, ...activitiesIn(description)].map((unit) => ({ ...unit, runId }));
}
