/** A step, a save and a copy; below the worker's own shutdown time, after which it ends with everything undone. */
const saveWithinMs = 12_000;

/** Why an attempt ends and still owns its work: a person cancels the run, or stops the worker. */
const stillOurs = ['CANCELLED', 'WORKER_SHUTDOWN'];

/** Temporal's one cancellation, split by its reason. */
export interface Cancellation {
  /** Ends the trainer where it stands: the attempt is no longer ours (timed out, fenced), or saving took too long. */
  atOnce: AbortSignal;
  /** There is time to save first. */
  afterSaving: AbortSignal;
  /** The work is done: a cancellation from here on changes nothing. */
  dispose(): void;
}

export function splitCancellation(cancellation: AbortSignal): Cancellation {
  const [atOnce, afterSaving] = [new AbortController(), new AbortController()];
  let timer: NodeJS.Timeout | undefined;
  const onCancel = () => {
    const reason = cancellation.reason as Error | undefined;
    if (!stillOurs.includes(reason?.message ?? '')) return atOnce.abort(reason);
    timer = setTimeout(() => atOnce.abort(reason), saveWithinMs);
    afterSaving.abort(reason);
  };
  if (cancellation.aborted) onCancel();
  else cancellation.addEventListener('abort', onCancel, { once: true });
  return {
    atOnce: atOnce.signal,
    afterSaving: afterSaving.signal,
    dispose() {
      clearTimeout(timer);
      cancellation.removeEventListener('abort', onCancel);
    },
  };
}
