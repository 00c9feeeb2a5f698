import type { Client } from '@temporalio/client';
import { taskQueueOf, type Role } from '../project/names.js';

/** Task queue types as Temporal numbers them. */
const workflowTasks = 1;
const activityTasks = 2;
/** A worker asks again after a minute at the latest; Temporal remembers one for five after it has gone. */
const seenWithinMs = 90_000;

/** A role that no worker takes on, and the task queue on which its work waits. */
export interface UnservedRole {
  role: Role;
  taskQueue: string;
}

/** The roles that a run of this family needs and that no worker offers at this moment. */
export async function unservedRoles(client: Client, prefix: string, family: string): Promise<UnservedRole[]> {
  const roles: Role[] = ['pipeline', 'identity', 'render', 'train'];
  const wanted = roles.map((role) => ({ role, taskQueue: taskQueueOf(prefix, role, family) }));
  const served = await Promise.all(wanted.map((each) => isServed(client, each)));
  return wanted.filter((_, index) => !served[index]);
}

async function isServed(client: Client, { role, taskQueue }: UnservedRole): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: role === 'pipeline' ? workflowTasks : activityTasks,
  });
  const oldest = Date.now() - seenWithinMs;
  return (pollers ?? []).some(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > oldest);
}
