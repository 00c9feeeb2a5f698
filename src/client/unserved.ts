import type { Client } from '@temporalio/client';
import { pollersOf, taskTypes } from './pollers.js';
import { taskQueueOf, type Role } from '../project/names.js';

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
  const type = role === 'pipeline' ? taskTypes.workflow : taskTypes.activity;
  return (await pollersOf(client, taskQueue, type)).length > 0;
}
