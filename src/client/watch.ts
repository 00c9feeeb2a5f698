import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from './errors.js';
import type { Progress } from './progress.js';

/** How often `watch` looks: Temporal pushes nothing to clients. */
const watchIntervalMs = 500;
/** Workers and servers restart within this; after it `watch` gives up. */
export const watchPatienceMs = 120_000;

export interface WatchOptions {
  signal?: AbortSignal;
  intervalMs?: number;
  /** How long the server or its workers may be away. */
  patienceMs?: number;
}

interface Watched {
  progress(): Promise<Progress>;
  isOver(): Promise<boolean>;
}

/** What the run looks like each time it changes, until it ends. */
export async function* watchRun(run: Watched, options: WatchOptions): AsyncGenerator<Progress> {
  const { signal, intervalMs = watchIntervalMs, patienceMs = watchPatienceMs } = options;
  let lastSeen = performance.now();
  let shown = '';
  while (!signal?.aborted) {
    try {
      const progress = await run.progress();
      lastSeen = performance.now();
      const text = JSON.stringify(progress);
      if (text !== shown) yield progress;
      shown = text;
      if (progress.status.finishedAt !== null) return;
    } catch (error) {
      const mayPass = hasCode(error, 'no-worker') || hasCode(error, 'temporal-unreachable');
      if (!mayPass || performance.now() - lastSeen > patienceMs) throw error;
      if (await run.isOver().catch(() => false)) return;
    }
    await sleep(intervalMs, undefined, { signal }).catch(() => undefined);
  }
}
