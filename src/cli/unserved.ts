import type { AzitClient } from '../client/index.js';
import type { Role } from '../spec/names.js';

/** The flags with which a worker takes on a role; capitals are a person's own. */
const flagsOf = (role: Role, family: string): string =>
  ({
    pipeline: '--role pipeline',
    identity: '--role identity',
    render: `--role render --family ${family} --comfyui URL --loras-dir DIR`,
    train: `--role train --family ${family} --aitoolkit DIR`,
  })[role];

export const workerCommandOf = (role: Role, family: string): string => `azit worker ${flagsOf(role, family)}`;

/** A sentence for each role that no worker takes on: the run's work on its task queue waits without an error. */
export async function unservedWords(client: AzitClient, family: string): Promise<string[]> {
  return (await client.unserved(family)).map(
    ({ role, taskQueue }) =>
      `no worker serves the task queue ${taskQueue} now: the run waits there until one starts, e.g. \`${workerCommandOf(role, family)}\``,
  );
}
