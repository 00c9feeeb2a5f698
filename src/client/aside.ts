import type { Client } from '@temporalio/client';
import { asideQueueOf } from '../project/names.js';

import { cut, longest } from '../text/cut.js';
import { pollersOf } from './pollers.js';

/** A worker that takes no work of a queue for now, since it lacks something that another may have. */
export interface WorkerAside {
  worker: string;
  reason: string;
}

const between = ' | ';

/**
 * A worker that stands aside polls a queue on which nothing ever comes: who it is, and why, is its identity there. Temporal
 * forgets it with the worker, and whoever may ask for the pollers of a queue sees it.
 */
export const signOf = ({ worker, reason }: WorkerAside): string =>
  `${worker}${between}${cut(reason.replaceAll(/\s+/g, ' '), longest.line)}`;

export async function workersAside(client: Client, taskQueue: string): Promise<WorkerAside[]> {
  const [signs, atWork] = await Promise.all([pollersOf(client, asideQueueOf(taskQueue)), pollersOf(client, taskQueue)]);
  return signs.flatMap(({ identity, seenAt }) => {
    const [worker, ...reason] = identity.split(between);
    const isBack = atWork.some((poller) => poller.identity === worker && poller.seenAt > seenAt);
    return isBack ? [] : [{ worker, reason: reason.join(between) }];
  });
}
