import { exitCodes } from './exit-codes.js';
import { plain, printResult, say } from './output.js';
import { withExistingRun } from './session.js';

/** Why the rule named this checkpoint and not its neighbours; nothing is decided by asking. */
export async function explainCommand(id: string): Promise<number> {
  return await withExistingRun(id, 'queries', async ({ client }) => {
    const { choice, sweep } = await client.run(id).status();
    if (!choice) {
      const scored = sweep.filter(({ state }) => state === 'scored').length;
      say(`${id}: no choice yet: ${scored} of ${sweep.length} checkpoints are scored, and it is made when all are`);
      return exitCodes.done;
    }
    // Runs of earlier versions have the reason alone.
    printResult((choice.explanation ?? [choice.reason]).map(plain).join('\n'));
    return exitCodes.done;
  });
}
