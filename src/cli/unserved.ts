import type { AzitClient, LiveActivity } from '../client/index.js';
import type { Role } from '../project/names.js';

/** The flags with which a worker takes on a role; capitals are a person's own. */
const flagsOf = (role: Role, family: string): string =>
  ({
    pipeline: '--role pipeline',
    identity: '--role identity',
    render: `--role render --family ${family} --comfyui URL --loras-dir DIR`,
    train: `--role train --family ${family} --aitoolkit DIR`,
  })[role];

export const workerCommandOf = (role: Role, family: string): string => `azit worker ${flagsOf(role, family)}`;

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
