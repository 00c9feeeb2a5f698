import { exitCodes } from './exit-codes.js';
import { plain, printJson, printResult, say } from './output.js';
import { strengthWords } from '../run/checkpoint-record.js';
import { withExistingRun } from './session.js';

/** Why the rule named this checkpoint and not its neighbours; nothing is decided by asking. */
export async function explainCommand(id: string, { json }: { json?: boolean } = {}): Promise<number> {
  return await withExistingRun(id, 'queries', async ({ client }) => {
    const { choice, sweep } = await client.run(id).status();
    if (!choice) {
      const scored = sweep.filter(({ state }) => state === 'scored').length;
      if (json) printJson({ runId: id, step: null, scored, of: sweep.length });
      say(`${id}: no choice yet; ${scored} of ${sweep.length} checkpoints are scored`);
      return exitCodes.done;
    }
    if (json) {
      printJson({ runId: id, ...choice });
      return exitCodes.done;
    }
    if (choice.by === 'person')
      printResult(`A person chose ${named(choice)}. The rule chooses ${named(choice.advice ?? { step: null })}:`);
    // Runs of earlier versions have the reason alone.
    printResult((choice.explanation ?? [choice.reason]).map(plain).join('\n'));
    return exitCodes.done;
  });
}

const named = ({ step, strength }: { step: number | null; strength?: number }): string =>
  step === null ? 'none' : `${step}${strengthWords(strength)}`;
