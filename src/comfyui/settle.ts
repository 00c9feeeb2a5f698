import { ComfyError } from './errors.js';
import type { PromptLookup, PromptState } from './prompt-state.js';
import type { Socket } from './socket.js';
import { Wake } from './wake.js';

/** Polling starts here and slows down to the second number; the websocket makes it look at once. */
const firstPollMs = 25;
const lastPollMs = 500;
/** How often a waiting prompt looks at the whole queue for a dead worker thread. */
const queueCheckMs = 2000;

export interface RenderProgress {
  promptId: string;
  state: 'queued' | 'running';
  /** Sampler steps, where the server reports them. */
  value: number | null;
  max: number | null;
}

export type EndState = Exclude<PromptState, { kind: 'queued' | 'running' }>;

/** Waits until the prompt has ended, whichever way. @throws ComfyError 'zombie'; the signal's reason. */
export async function settle(
  promptId: string,
  state: PromptState,
  lookup: PromptLookup,
  socket: Socket,
  options: { signal?: AbortSignal; onProgress?: (progress: RenderProgress) => void },
): Promise<EndState> {
  const wake = new Wake();
  const watchdog = new Watchdog(lookup);
  let progress: { value: number; max: number } | null = null;
  const stop = socket.listen(promptId, {
    wake: wake.notify,
    sign: (numbers) => {
      progress = numbers ?? progress;
      watchdog.sign();
    },
  });
  try {
    for (let waitMs = firstPollMs; state.kind === 'queued' || state.kind === 'running';) {
      const { value = null, max = null } = progress ?? {};
      options.onProgress?.({ promptId, state: state.kind, value, max });
      const woken = await wake.wait(waitMs, options.signal);
      waitMs = woken ? firstPollMs : Math.min(lastPollMs, waitMs * 1.5);
      state = await lookup.find(promptId, options.signal);
      await watchdog.check(state, options.signal);
    }
    return state;
  } finally {
    stop();
  }
}

/**
 * ComfyUI's one worker thread can die while HTTP goes on: prompts are accepted and stay for ever. Signs: a running prompt
 * that does not move, or a queue from which nobody takes.
 */
class Watchdog {
  #lastSignAt = performance.now();
  #lastQueueCheckAt = performance.now();
  #seen = '';

  readonly #queueCheckMs: number;

  constructor(readonly lookup: PromptLookup) {
    this.#queueCheckMs = Math.min(queueCheckMs, lookup.connection.timeouts.idleQueueMs / 2);
  }

  sign(): void {
    this.#lastSignAt = performance.now();
  }

  async check(state: PromptState, signal?: AbortSignal): Promise<void> {
    const { stallMs, foreignStallMs, idleQueueMs } = this.lookup.connection.timeouts;
    if (state.kind === 'running') return this.#judge('', 'our running prompt does not move', stallMs);
    if (state.kind !== 'queued' || performance.now() - this.#lastQueueCheckAt < this.#queueCheckMs) return;
    this.#lastQueueCheckAt = performance.now();
    // Others who queue more work are no sign of life: only what runs is looked at.
    const { running } = await this.lookup.queue(signal);
    if (running.length === 0) return this.#judge('idle', 'prompts wait, but none runs', idleQueueMs);
    this.#judge(running.join(), "somebody else's prompt does not end", foreignStallMs);
  }

  #judge(seen: string, what: string, limitMs: number): void {
    if (seen !== this.#seen) this.sign();
    this.#seen = seen;
    if (performance.now() - this.#lastSignAt < limitMs) return;
    const { label } = this.lookup.connection;
    const message = `ComfyUI at ${label} answers but does not work (${what} for ${Math.ceil(limitMs / 1000)} s): restart it.`;
    throw new ComfyError('zombie', message);
  }
}
