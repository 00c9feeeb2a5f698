import type { AzitClient, LiveActivity } from '../client/index.js';
import type { FamilyName } from '../project/families/index.js';
import { workerCommandOf } from '../run/commands.js';

/**
 * A sentence for each role that no worker takes on: the run's work on its task queue waits without an error. A worker
 * that is busy asks for no more: where it works for this run (`activities`), nothing waits.
 */
export async function unservedWords(
  client: Pick<AzitClient, 'unserved'>,
  family: string,
  activities: readonly Pick<LiveActivity, 'taskQueue'>[] = [],
): Promise<string[]> {
  const waiting = (await client.unserved(family)).filter(
    ({ taskQueue }) => !activities.some((activity) => activity.taskQueue === taskQueue),
  );
  return waiting.map(
    ({ role, taskQueue }) =>
      `No worker is polling the task queue ${taskQueue}. The run waits until one is free; to start one, run ` +
      `\`${workerCommandOf(role, family)}\`.`,
  );
}

/** The one family whose renderer and trainer the embedded default brings with it. */
export const embeddedFamily = 'sandbox' satisfies FamilyName;

/** What to start for a family that nobody would serve, where a run would wait without a word; null: nothing. */
export async function whatToStart(family: FamilyName): Promise<string | null> {
  if (family === embeddedFamily) return null;
  const { isTemporalConfigured } = await import('../client/index.js');
  if (isTemporalConfigured()) return null;
  return `The embedded engine renders and trains only ${embeddedFamily}: for ${family} start \`azit up --port 7233\` and, with TEMPORAL_ADDRESS=127.0.0.1:7233, \`${workerCommandOf('render', family)}\` and \`${workerCommandOf('train', family)}\`; then run this with the same TEMPORAL_ADDRESS.`;
}
