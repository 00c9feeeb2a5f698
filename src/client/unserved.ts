import type { Client } from '@temporalio/client';
import { pollersOf, taskTypes } from './pollers.js';
import { taskQueueOf, type Role } from '../project/names.js';

/** A role that no worker takes on, and the task queue on which its work waits. */
export interface UnservedRole {
  role: Role;
  /** Where it is no family's. */
  editor?: string;
  taskQueue: string;
}

/** The roles that a run of this family needs and that no worker offers at this moment. @param editors with own queues */
export async function unservedRoles(
  client: Client,
  prefix: string,
  family: string,
  editors: readonly string[] = [],
): Promise<UnservedRole[]> {
  const roles: Role[] = ['pipeline', 'identity', 'render', 'train'];
  const wanted = [
    ...roles.map((role): UnservedRole => ({ role, taskQueue: taskQueueOf(prefix, role, family) })),
    ...editors.map((editor): UnservedRole => ({
      role: 'render',
      editor,
      taskQueue: taskQueueOf(prefix, 'render', editor),
    })),
  ];
  const served = await Promise.all(wanted.map((each) => isServed(client, each)));
  return wanted.filter((_, index) => !served[index]);
}

async function isServed(client: Client, { role, taskQueue }: UnservedRole): Promise<boolean> {
  const type = role === 'pipeline' ? taskTypes.workflow : taskTypes.activity;
  return (await pollersOf(client, taskQueue, type)).length > 0;
}
