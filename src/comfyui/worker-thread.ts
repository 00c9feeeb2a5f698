import type { Connection } from './connection.js';
import { readLog } from './server.js';

/** Python's words when an exception ends the one thread that runs prompts; nothing starts it again. */
const death = /Exception in thread [^\n]*\(prompt_worker\)/;
/** A sampler's or a loader's progress bar: `40%|████      | 8/20 [00:04<00:06,  1.9it/s]`. */
const progressBar = /\d+%\|[^\n]*\|/g;

export interface ThreadSigns {
  dead: boolean;
  /** Differs from the look before when a progress bar has moved, whoever's prompt it is. */
  progress: string;
}

/** What the server's log says of its worker thread. null where it shows no log: nothing is known then. */
export async function readThreadSigns(connection: Connection, signal?: AbortSignal): Promise<ThreadSigns | null> {
  const entries = await readLog(connection, signal).catch(() => null);
  signal?.throwIfAborted();
  if (!entries || entries.length === 0) return null;
  const text = entries.map(({ m }) => m).join('');
  const moved = entries.findLast(({ m }) => m.search(progressBar) >= 0);
  return { dead: death.test(text), progress: moved ? `${moved.t} ${moved.m}` : '' };
}
