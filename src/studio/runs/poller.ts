import { setTimeout as sleep } from 'node:timers/promises';

export interface PollerOptions {
  /** Looks once. Throws nothing. */
  look: () => Promise<void>;
  /** A look is good for so long, in milliseconds. */
  goodForMs: number;
  /** From one look to the next while somebody watches. Default: `goodForMs`. */
  everyMs?: () => number;
  signal: AbortSignal;
  /** Nobody watches any more. */
  onIdle?: () => void;
}

/** After the last one who watched: a page that is reloaded finds it warm. */
const lingerMs = 10_000;

/** Looks again and again while somebody watches; all who watch share each look. */
export class Poller {
  #watchers = 0;
  #idleSinceMs = Date.now();
  #lookedAtMs = -Infinity;
  #looking: Promise<void> | null = null;
  #isPolling = false;

  constructor(private readonly options: PollerOptions) {}

  get isWatched(): boolean {
    return this.#watchers > 0;
  }

  get isIdle(): boolean {
    return !this.isWatched && Date.now() - this.#idleSinceMs > lingerMs;
  }

  /** Looks now, unless it just has. */
  async fresh(): Promise<void> {
    this.#idleSinceMs = Date.now();
    if (Date.now() - this.#lookedAtMs >= this.options.goodForMs) await this.look();
  }

  /** What just changed is seen at once. */
  async look(): Promise<void> {
    this.#looking ??= this.options.look().finally(() => {
      this.#looking = null;
      this.#lookedAtMs = Date.now();
    });
    await this.#looking;
  }

  /** Once the look that is under way is over. */
  async ended(): Promise<void> {
    await this.#looking;
  }

  /** @returns how to end it */
  watch(): () => void {
    this.#watchers += 1;
    if (!this.#isPolling) void this.#poll();
    return () => {
      this.#watchers -= 1;
      this.#idleSinceMs = Date.now();
    };
  }

  async #poll(): Promise<void> {
    this.#isPolling = true;
    const { signal, goodForMs, everyMs = () => goodForMs, onIdle } = this.options;
    while (!signal.aborted && !this.isIdle) {
      const beganMs = performance.now();
      await this.look();
      const tookMs = performance.now() - beganMs;
      // From one beginning to the next; where Temporal is slow it has as long a rest as a look took.
      const restMs = Math.max(everyMs() - tookMs, Math.min(tookMs, everyMs()));
      await sleep(restMs, undefined, { signal }).catch(() => undefined);
    }
    this.#isPolling = false;
    onIdle?.();
  }
}
