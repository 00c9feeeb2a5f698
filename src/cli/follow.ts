import type { RunHandle, RunOutcome } from '../client/index.js';
import type { RunStatus } from '../run/messages.js';
import { askWords, isAsking, type Display } from './display/index.js';
import { sayThrough } from './output.js';

/** Why following a run ended: it is over, it asks for a person, or whoever followed was interrupted. */
export type Followed =
  { kind: 'over'; outcome: RunOutcome } | { kind: 'asks'; status: RunStatus } | { kind: 'interrupted' };

/** Shows a run until it ends or asks for a person. @param stays where it asks, says so and goes on when it is answered */
export async function follow(run: RunHandle, display: Display, signal: AbortSignal, stays = false): Promise<Followed> {
  let said = '';
  const release = sayThrough((text) => display.note(text));
  try {
    for await (const progress of run.watch({ signal })) {
      display.update(progress);
      const { status } = progress;
      const isWaiting = isAsking(status);
      if (isWaiting && !stays) return { kind: 'asks', status };
      const words = isWaiting ? askWords(status) : [];
      if (words.join() !== said) for (const line of words) display.note(line);
      said = words.join();
    }
  } finally {
    release();
    display.end();
  }
  if (signal.aborted) return { kind: 'interrupted' };
  return { kind: 'over', outcome: await run.outcome() };
}
