import { ComfyError } from './errors.js';
import type { PromptLookup, PromptState } from './prompt-state.js';
import { readThreadSigns } from './worker-thread.js';

/** How often a waiting prompt looks at the whole queue for a dead worker thread. */
const queueCheckMs = 2000;

/**
 * ComfyUI's one worker thread can die while HTTP goes on: prompts are accepted and stay for ever. Signs: its log says so,
 * a running prompt that does not move, or a queue from which nobody takes.
 */
export class Watchdog {
  #lastSignAt = performance.now();
  #lastQueueCheckAt = performance.now();
  #lastLogCheckAt = performance.now();
  #progress = '';
  #seen = '';
  readonly #queueCheckMs: number;

  constructor(
    readonly promptId: string,
    readonly lookup: PromptLookup,
  ) {
    this.#queueCheckMs = Math.min(queueCheckMs, lookup.connection.timeouts.idleQueueMs / 2);
  }

  sign(): void {
    this.#lastSignAt = performance.now();
  }

  /** @throws ComfyError 'zombie' */
  async check(state: PromptState, signal?: AbortSignal): Promise<void> {
    const { stallMs, foreignStallMs, idleQueueMs } = this.lookup.connection.timeouts;
    if (state.kind === 'running') {
      this.#notice(this.promptId);
      await this.#lookAtLog(this.promptId, signal);
      return this.#limit(stallMs, 'our running prompt makes no progress', this.promptId);
    }
    if (state.kind !== 'queued' || performance.now() - this.#lastQueueCheckAt < this.#queueCheckMs) return;
    this.#lastQueueCheckAt = performance.now();
    // Others who queue more work are no sign of life: only what runs is looked at.
    const { running } = await this.lookup.queue(signal);
    this.#notice(running.join());
    const marker = running[0] ?? this.promptId;
    await this.#lookAtLog(marker, signal);
    if (running.length === 0) this.#limit(idleQueueMs, 'prompts are queued, but none runs', marker);
    else this.#limit(foreignStallMs, "somebody else's prompt has not ended", marker);
  }

  /** Another prompt runs than before. */
  #notice(seen: string): void {
    if (seen !== this.#seen) this.sign();
    this.#seen = seen;
  }

  async #lookAtLog(marker: string, signal?: AbortSignal): Promise<void> {
    const { signMs } = this.lookup.connection.timeouts;
    const now = performance.now();
    if (now - this.#lastSignAt < signMs || now - this.#lastLogCheckAt < signMs) return;
    this.#lastLogCheckAt = now;
    const signs = await readThreadSigns(this.lookup.connection, signal);
    if (!signs) return;
    if (signs.dead) throw this.#zombie('its log shows that its worker thread died', marker);
    if (signs.progress !== this.#progress) this.sign();
    this.#progress = signs.progress;
  }

  #limit(limitMs: number, what: string, marker: string): void {
    if (performance.now() - this.#lastSignAt < limitMs) return;
    throw this.#zombie(`${what} for ${Math.ceil(limitMs / 1000)} s`, marker);
  }

  #zombie(what: string, marker: string): ComfyError {
    const { label } = this.lookup.connection;
    return new ComfyError('zombie', `ComfyUI at ${label} responds but does not render (${what}): restart ComfyUI.`, {
      marker,
    });
  }
}
