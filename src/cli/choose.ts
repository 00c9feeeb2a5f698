import type { RunHandle } from '../client/index.js';
import type { ChooseCheckpointInput } from '../run/messages.js';
import { strengthWords } from '../run/checkpoint-record.js';
import { byWhom } from '../machine/user.js';
import { noWorkerWords } from './missing-workers.js';
import { createDisplay } from './display/index.js';
import { exitCodes } from './exit-codes.js';
import { follow } from './follow.js';
import { onInterruption } from './interruption.js';
import { printJson, say } from './output.js';
import { conclude } from './run.js';
import { withExistingRun, type Session } from './session.js';

export interface ChooseOptions {
  out?: string;
  json?: boolean;
}

/** Names a checkpoint; a finished run then shows it in stage 06, and its report is written anew. */
export async function chooseCommand(
  id: string,
  choice: ChooseCheckpointInput,
  options: ChooseOptions,
): Promise<number> {
  const what = `step ${choice.step}${strengthWords(choice.strength)}`;
  return await withExistingRun(id, 'queries', async (session) => {
    const run = session.client.run(id);
    const { already, isShownAnew } = await run.choose({ ...choice, ...byWhom() });
    if (isShownAnew) return await showAnew(session, run, what, options);
    if (options.json) printJson({ runId: id, workflowId: run.workflowId, action: 'choose', ...choice, already });
    say(`${id}: ${what} ${already ? 'is already chosen' : 'is chosen'}`);
    if (session.embedded && !(await session.embedded.carriesOn()) && !(await run.isOver())) say(noWorkerWords(id));
    return exitCodes.done;
  });
}

async function showAnew({ embedded }: Session, run: RunHandle, what: string, options: ChooseOptions): Promise<number> {
  const interruption = onInterruption(() => embedded?.kill());
  try {
    say(`${run.runId}: ${what} is chosen; rendering stage 06 and writing the report again`);
    await embedded?.raise('everything');
    return await conclude(await follow(run, createDisplay(), interruption.signal), run, options);
  } finally {
    interruption.dispose();
  }
}
