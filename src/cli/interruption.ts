import { say } from './output.js';

/**
 * Ctrl-C and SIGTERM: the first stops cleanly, the second at once.
 * @returns a signal that fires at the first, and how to stop listening.
 */
export function onInterruption(atOnce: () => void): { signal: AbortSignal; dispose: () => void } {
  const controller = new AbortController();
  const interrupted = (): void => {
    if (controller.signal.aborted) {
      atOnce();
      process.exit(130);
    }
    say('Stopping. Run the same command to resume; Ctrl-C again quits now.');
    controller.abort();
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, interrupted);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of names) process.off(name, interrupted);
    },
  };
}

/** Resolves at the signal. */
export async function aborted(signal: AbortSignal): Promise<void> {
  // A timer keeps the process alive; the signal alone would not.
  const alive = setInterval(() => undefined, 60_000);
  if (!signal.aborted) await new Promise((done) => signal.addEventListener('abort', done, { once: true }));
  clearInterval(alive);
}
