import type { Role } from '../project/names.js';

/** The flags with which a worker takes on a role; capitals are a person's own. */
const flagsOf = (role: Role, family: string): string =>
  ({
    pipeline: '--role pipeline',
    identity: '--role identity',
    render: `--role render --family ${family} --comfyui URL --loras-dir DIR`,
    train: `--role train --family ${family} --aitoolkit DIR`,
  })[role];

/** What to type for a role that nobody serves. */
export const workerCommandOf = (role: Role, family: string): string => `azit worker ${flagsOf(role, family)}`;
