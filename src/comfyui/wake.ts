/** A sleep that somebody else may end early. A call of `notify` before the sleep is not lost: the sleep then ends at once. */
export class Wake {
  #pending = false;
  #end: (() => void) | null = null;

  notify = (): void => {
    this.#pending = true;
    this.#end?.();
  };

  /** @returns whether it was woken. @throws the signal's reason. */
  async wait(ms: number, signal?: AbortSignal): Promise<boolean> {
    signal?.throwIfAborted();
    if (!this.#pending) await this.#sleep(ms, signal);
    signal?.throwIfAborted();
    const woken = this.#pending;
    this.#pending = false;
    return woken;
  }

  #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        this.#end = null;
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal?.addEventListener('abort', end, { once: true });
      this.#end = end;
    });
  }
}

/** @throws the signal's reason. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await new Wake().wait(ms, signal);
}

/** AbortSignal.any keeps listeners on a long-lived signal; this takes its own away again. */
export function deadline(timeoutMs: number, outer?: AbortSignal): { signal: AbortSignal; clear(): void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = setTimeout(abort, timeoutMs);
  outer?.addEventListener('abort', abort, { once: true });
  if (outer?.aborted) abort();
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', abort);
    },
  };
}
