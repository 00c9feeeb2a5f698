import { onInterruption } from './interruption.js';
import { continueRun, type RunOptions } from './run.js';
import { withExistingRun } from './session.js';

/** Goes on where a training stopped early: a run of its own, shown and reported as `azit run` does. */
export async function trainOnCommand(id: string, options: Omit<RunOptions, 'id' | 'fresh'>): Promise<number> {
  return await withExistingRun(id, 'queries', async (session) => {
    const interruption = onInterruption(() => session.embedded?.kill());
    try {
      const stopped = session.client.run(id);
      const { model } = await stopped.status();
      return await continueRun(session, await stopped.trainOn(), model, options, interruption.signal);
    } finally {
      interruption.dispose();
    }
  });
}
