import type { RunHandle } from '../client/index.js';
import { noWorkerWords } from './missing-workers.js';
import { exitCodes } from './exit-codes.js';
import { printJson, say } from './output.js';
import { withExistingRun } from './session.js';

export interface Decided {
  /** For people. */
  done: string;
  /** For programs: what was decided. */
  json: Record<string, unknown>;
}

export async function decideCommand(
  id: string,
  { done, json }: Decided,
  decision: (run: RunHandle) => Promise<void>,
  options: { json?: boolean },
): Promise<number> {
  return await withExistingRun(id, 'queries', async ({ client, embedded }) => {
    const run = client.run(id);
    await decision(run);
    if (options.json) printJson({ runId: id, workflowId: run.workflowId, ...json });
    say(`${id}: ${done}`);
    if (embedded && !(await embedded.carriesOn())) say(noWorkerWords(id));
    return exitCodes.done;
  });
}
