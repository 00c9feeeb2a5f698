import type { RunHandle } from '../client/index.js';
import { exitCodes } from './exit-codes.js';
import { say } from './output.js';
import { withExistingRun } from './session.js';

export async function decideCommand(
  id: string,
  done: string,
  decision: (run: RunHandle) => Promise<void>,
): Promise<number> {
  return await withExistingRun(id, 'queries', async ({ client, embedded }) => {
    await decision(client.run(id));
    say(`${id}: ${done}`);
    if (embedded?.isOwner) say('Nothing carries it on now: `azit run` with its file, `azit watch` or `azit up` does.');
    return exitCodes.done;
  });
}
