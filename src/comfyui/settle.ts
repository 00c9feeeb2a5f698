import type { PromptLookup, PromptState } from './prompt-state.js';
import type { Socket } from './socket.js';
import { Wake } from './wake.js';
import { Watchdog } from './watchdog.js';

/** Polling starts here and slows down to the second number; the websocket makes it look at once. */
const firstPollMs = 25;
const lastPollMs = 500;
/** A queue of thousands of somebody else's graphs takes long to read: no more than a tenth of the time goes into looking. */
const restPerLook = 10;
const longestRestMs = 2000;

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
  { promptId, postedAs }: { promptId: string; postedAs: string | null },
  state: PromptState,
  lookup: PromptLookup,
  socket: Socket,
  options: { signal?: AbortSignal; onProgress?: (progress: RenderProgress) => void },
): Promise<EndState> {
  const wake = new Wake();
  const watchdog = new Watchdog(promptId, lookup);
  let progress: { value: number; max: number } | null = null;
  const stop = socket.listen(promptId, {
    postedAs,
    wake: wake.notify,
    sign: (numbers) => {
      progress = numbers ?? progress;
      watchdog.sign();
    },
  });
  try {
    let restMs = 0;
    for (let waitMs = firstPollMs; state.kind === 'queued' || state.kind === 'running';) {
      const { value = null, max = null } = progress ?? {};
      options.onProgress?.({ promptId, state: state.kind, value, max });
      const woken = await wake.wait(Math.max(waitMs, restMs), options.signal);
      waitMs = woken ? firstPollMs : Math.min(lastPollMs, waitMs * 2);
      const lookedAt = performance.now();
      state = await lookup.find(promptId, options.signal);
      restMs = Math.min(longestRestMs, restPerLook * (performance.now() - lookedAt));
      await watchdog.check(state, options.signal);
    }
    return state;
  } finally {
    stop();
  }
}
