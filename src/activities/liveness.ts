import { cancellationSignal, heartbeat } from '@temporalio/activity';
import type { Spent } from '../run/spent.js';
import { spentSoFar } from './spending.js';

/** The next attempt counts on from here. */
function spending(): { spent?: Spent } {
  const spent = spentSoFar();
  return spent ? { spent } : {};
}

/** Well below every heartbeat timeout, and above the SDK's own throttling of a few hundred milliseconds. */
const beatEveryMs = 1_000;

/**
 * Beats while `work` runs, with the newest details and for how long they have been the same. A beat says that the worker
 * lives, and not that the work advances: a timeout that a model's half hour of loading does not break would notice a dead
 * worker after half an hour, and without beats no cancellation arrives. Whether the work still advances is the adapter's
 * to judge, which knows its phases and its pace; it throws when it does not.
 */
export async function whileBeating<D extends { idleSeconds?: number }, T>(
  first: D,
  work: (report: (details: D) => void, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  let latest = first;
  const beat = (details: D): void => heartbeat({ ...details, ...spending() });
  beat(latest);
  let since = performance.now();
  const timer = setInterval(() => {
    beat({ ...latest, idleSeconds: Math.round((performance.now() - since) / 1000) });
  }, beatEveryMs);
  try {
    return await work((details) => {
      latest = details;
      since = performance.now();
      beat(latest);
    }, cancellationSignal());
  } finally {
    clearInterval(timer);
  }
}
