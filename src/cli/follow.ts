import type { RunHandle, RunOutcome } from '../client/index.js';
import type { RunStatus } from '../run/messages.js';
import type { Display } from './display/index.js';
import { sayThrough } from './output.js';

/** Why following a run ended: it is over, it asks for a person, or whoever followed was interrupted. */
export type Followed =
  { kind: 'over'; outcome: RunOutcome } | { kind: 'asks'; status: RunStatus } | { kind: 'interrupted' };

/** Shows a run until it ends or asks for a person. */
export async function follow(run: RunHandle, display: Display, signal: AbortSignal): Promise<Followed> {
  const release = sayThrough((text) => display.note(text));
  try {
    for await (const progress of run.watch({ signal })) {
      display.update(progress);
      const { status } = progress;
      if (status.state === 'waiting' || status.state === 'needs-help') return { kind: 'asks', status };
    }
  } finally {
    release();
    display.end();
  }
  if (signal.aborted) return { kind: 'interrupted' };
  return { kind: 'over', outcome: await run.outcome() };
}
