import type { Client } from '@temporalio/client';
import { asideQueueOf } from '../project/names.js';

import { cut, longest } from '../text/cut.js';
import { pollersOf } from './pollers.js';

/** A worker that takes no work of a queue for now, since it lacks something that another may have. */
export interface WorkerAside {
  worker: string;
  reason: string;
  /** It takes one unit again after a while: what it lacks can't be looked at. */
  triesAgain: boolean;
}

const between = ' | ';
const again = 'tries again';

/**
 * A worker that stands aside polls a queue on which nothing ever comes: who it is, and why, is its identity there. It
 * goes unseen a minute and a half after the worker, and whoever may ask for the pollers of a queue sees it.
 */
export const signOf = ({ worker, reason, triesAgain }: WorkerAside): string =>
  [worker, ...(triesAgain ? [again] : []), cut(reason.replaceAll(/\s+/g, ' '), longest.line)].join(between);

export async function workersAside(client: Client, taskQueue: string): Promise<WorkerAside[]> {
  const [signs, atWork] = await Promise.all([pollersOf(client, asideQueueOf(taskQueue)), pollersOf(client, taskQueue)]);
  return signs.flatMap(({ identity, seenAt }) => {
    const [worker, ...rest] = identity.split(between);
    const triesAgain = rest[0] === again;
    const reason = rest.slice(triesAgain ? 1 : 0).join(between);
    const isBack = atWork.some((poller) => poller.identity === worker && poller.seenAt > seenAt);
    return isBack ? [] : [{ worker, reason, triesAgain }];
  });
}
