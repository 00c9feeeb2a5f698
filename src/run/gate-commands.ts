import type { Gate } from '../project/names.js';

/** What to type at a gate: in a terminal, and in the report. */
export function gateCommands(runId: string, gate: Gate): string[] {
  const approve = `azit approve ${runId} --gate ${gate}`;
  const other = {
    anchor: `${approve} --pick N`,
    canonical: `${approve} --pick N`,
    dataset: `${approve} --drop N...`,
    checkpoint: `azit choose ${runId} --step STEP`,
  }[gate];
  return [`to approve: ${approve}, or: ${other}`, `to reject: azit reject ${runId} --gate ${gate} --reason TEXT`];
}
