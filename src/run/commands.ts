import type { Gate, Role } from '../project/names.js';

/** What to type at a gate: in a terminal, and in the report. */
export function gateCommands(runId: string, gate: Gate): string[] {
  const approve = `azit approve ${runId} --gate ${gate}`;
  const other = {
    anchor: `${approve} --pick N`,
    canonical: `${approve} --pick N`,
    dataset: `${approve} --drop N...`,
    checkpoint: `azit choose ${runId} --step STEP`,
  }[gate];
  return [
    `to approve: ${approve}, or: ${other}`,
    `to reject: azit reject ${runId} --gate ${gate} --reason TEXT`,
    'to decide in the browser: azit studio --open',
  ];
}

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
