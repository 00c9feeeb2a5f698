import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from './errors.js';
import type { Progress } from './progress.js';

/** How often `watch` looks: Temporal pushes nothing to clients but that a run has ended. */
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
  /** Resolves when it has ended; rejects where that can't be waited for. */
  untilOver(signal: AbortSignal): Promise<void>;
}

/** What the run looks like each time it changes, until it ends. */
export async function* watchRun(run: Watched, options: WatchOptions): AsyncGenerator<Progress> {
  const { signal, intervalMs = watchIntervalMs, patienceMs = watchPatienceMs } = options;
  let lastSeen = performance.now();
  let shown = '';
  const pauses = new Pauses(run, intervalMs, signal);
  try {
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
      await pauses.pause();
    }
  } finally {
    pauses.close();
  }
}

/** Between looks. The one in which the run ends is cut short. */
class Pauses {
  readonly #waiting = new AbortController();
  #end: AbortController | null = new AbortController();

  constructor(
    run: Watched,
    private readonly intervalMs: number,
    private readonly signal?: AbortSignal,
  ) {
    run.untilOver(this.#waiting.signal).then(
      () => this.#end?.abort(),
      () => undefined,
    );
  }

  async pause(): Promise<void> {
    const signals = [this.signal, this.#end?.signal].filter((one) => one !== undefined);
    await sleep(this.intervalMs, undefined, { signal: AbortSignal.any(signals) }).catch(() => undefined);
    // Only one: whatever the look after it says, the next comes in its time.
    if (this.#end?.signal.aborted) this.#end = null;
  }

  close(): void {
    this.#waiting.abort();
  }
}
