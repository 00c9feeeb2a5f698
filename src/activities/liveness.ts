import { cancellationSignal, heartbeat } from '@temporalio/activity';

/** Well below every heartbeat timeout, and above the SDK's own throttling of a few hundred milliseconds. */
const beatEveryMs = 1_000;

/**
 * Beats while `work` runs, with the newest details: a worker that dies is noticed by silence. Whether the work itself
 * still advances is the adapter's to judge; it throws when it does not.
 */
export async function whileBeating<D, T>(
  first: D,
  work: (report: (details: D) => void, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  let latest = first;
  heartbeat(latest);
  const timer = setInterval(() => heartbeat(latest), beatEveryMs);
  try {
    return await work((details) => {
      latest = details;
      heartbeat(latest);
    }, cancellationSignal());
  } finally {
    clearInterval(timer);
  }
}
