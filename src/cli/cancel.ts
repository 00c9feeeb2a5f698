import { setTimeout as sleep } from 'node:timers/promises';
import type { RunHandle } from '../client/index.js';
import { takeHomeWords } from './display/index.js';
import { exitCodes } from './exit-codes.js';
import { printJson, say } from './output.js';
import { withExistingRun } from './session.js';

/** A trainer saves after its step and is then ended; a run that nobody carries on may never end. */
const endsWithinMs = 45_000;
const lookEveryMs = 300;

/** Asks a run to stop, waits until it has, and says how to take its last checkpoint home. */
export async function cancelCommand(id: string, { json }: { json?: boolean } = {}): Promise<number> {
  return await withExistingRun(id, 'queries', async ({ client }) => {
    const run = client.run(id);
    await run.cancel();
    say(`${id}: asked to stop`);
    const isOver = await endsInTime(run);
    if (!isOver) say(`${id}: still stopping; check \`azit status ${id}\`.`);
    const status = await run.status().catch(() => null);
    const lastCheckpoint = status?.lastCheckpoint ?? null;
    if (isOver) say(`${id}: stopped`);
    if (status && !status.lastCheckpoint) say('It had no checkpoint yet.');
    else if (status) for (const line of takeHomeWords(status)) say(line);
    if (json) printJson({ runId: id, workflowId: run.workflowId, action: 'cancel', ended: isOver, lastCheckpoint });
    return exitCodes.done;
  });
}

async function endsInTime(run: RunHandle): Promise<boolean> {
  const deadline = performance.now() + endsWithinMs;
  while (performance.now() < deadline) {
    if (await run.isOver()) return true;
    await sleep(lookEveryMs);
  }
  return false;
}
