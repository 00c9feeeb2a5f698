/** Resolves at the signal. */
export async function aborted(signal: AbortSignal): Promise<void> {
  // A timer keeps the process alive; the signal alone would not.
  const alive = setInterval(() => undefined, 60_000);
  if (!signal.aborted) await new Promise((done) => signal.addEventListener('abort', done, { once: true }));
  clearInterval(alive);
}
