import { askWords, createDisplay, JsonLines } from './display/index.js';
import { exitCodeOf, exitCodes } from './exit-codes.js';
import { follow } from './follow.js';
import { gateFiles } from './gate-files.js';
import { onInterruption } from './interruption.js';
import { say } from './output.js';
import { withExistingRun } from './session.js';

export async function watchCommand(id: string, { json }: { json?: boolean } = {}): Promise<number> {
  return await withExistingRun(id, 'server', async ({ client, embedded, uiUrlOf }) => {
    const interruption = onInterruption(() => embedded?.kill());
    try {
      const run = client.run(id);
      const isOver = await run.isOver();
      const url = uiUrlOf(id);
      if (url) say(`watch it in Temporal's UI: ${url}`);
      await embedded?.raise(isOver ? 'queries' : 'everything');
      const followed = await follow(run, json ? new JsonLines() : createDisplay(), interruption.signal);
      if (followed.kind === 'interrupted') return exitCodes.interrupted;
      if (followed.kind === 'asks') {
        const files = await gateFiles(run, followed.status);
        for (const line of askWords(followed.status, files)) say(line);
        return exitCodeOf(followed.status.state);
      }
      const { outcome } = followed;
      if (outcome.kind === 'failed') say(`the run failed: ${outcome.reason}`);
      return exitCodeOf(outcome.kind === 'completed' ? outcome.result.state : outcome.kind);
    } finally {
      interruption.dispose();
    }
  });
}
