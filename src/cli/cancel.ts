import { setTimeout as sleep } from 'node:timers/promises';
import type { RunHandle } from '../client/index.js';
import { takeHomeWords } from './display/index.js';
import { byWhom } from '../machine/user.js';
import { exitCodes } from './exit-codes.js';
import { printJson, say } from './output.js';
import { withExistingRun } from './session.js';

/** A trainer saves after its step and is then ended; a run that nobody carries on may never end. */
const endsWithinMs = 45_000;
const lookEveryMs = 300;

/**
 * Asks a run to stop, waits until it has, and says how to take its last checkpoint home. One whose workers can't stop it
 * (what it was given is lost with its artifact store, say) ends by force.
 */
export async function cancelCommand(
  id: string,
  { json, force = false }: { json?: boolean; force?: boolean } = {},
): Promise<number> {
  return await withExistingRun(id, 'queries', async ({ client }) => {
    const run = client.run(id);
    await run.cancel(byWhom());
    say(`${id}: stopping`);
    let isOver = await endsInTime(run);
    if (!isOver && force) {
      await run.terminate(byWhom());
      isOver = true;
      say(`${id}: terminated without its workers; everything it saved stays in the artifact store.`);
    } else if (!isOver) say(await stillStopping(run));
    const status = await run.status().catch(() => null);
    const lastCheckpoint = status?.lastCheckpoint ?? null;
    if (isOver) say(`${id}: stopped`);
    if (status && !status.lastCheckpoint) say('No checkpoint was saved.');
    else if (status) for (const line of takeHomeWords(status)) say(line);
    if (json) printJson({ runId: id, workflowId: run.workflowId, action: 'cancel', ended: isOver, lastCheckpoint });
    return exitCodes.done;
  });
}

async function stillStopping(run: RunHandle): Promise<string> {
  const id = run.runId;
  const why = await run.obstacle();
  if (why === null) return `${id}: still stopping; check \`azit status ${id}\`.`;
  return `${id}: its worker can't stop it: ${why} Fix that, or terminate the run with \`azit cancel ${id} --force\`.`;
}

async function endsInTime(run: RunHandle): Promise<boolean> {
  const deadline = performance.now() + endsWithinMs;
  while (performance.now() < deadline) {
    if (await run.isOver()) return true;
    await sleep(lookEveryMs);
  }
  return false;
}
