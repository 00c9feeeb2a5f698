/** pino's shape, so that a worker's logger fits as it is. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {} };

/** Every wait has an end. Milliseconds. */
export interface Timeouts {
  /** One request. ComfyUI's event loop shares the GIL with the sampler and can stall for seconds. */
  requestMs: number;
  /** An upload or a download as a whole: a slow drip ends here. */
  transferMs: number;
  /** Patience with a server that can't be reached: one restart on a fast disk. Longer waits are the caller's retries. */
  unreachableMs: number;
  /** Our running prompt shows no sign of progress: the worker thread is dead or hangs. Loading a 40 GB model is slower. */
  stallMs: number;
  /** Somebody else's prompt runs before ours. Its progress is not shown to us, and a video may take an hour. */
  foreignStallMs: number;
  /** Prompts wait while nothing runs: the worker thread is dead. */
  idleQueueMs: number;
  /** From a cancel to the prompt's end; a long VAE decode can't be interrupted. */
  cancelMs: number;
  /** From a LoRA's rename to its place in the server's list; network file systems cache folders. */
  listMs: number;
}

export const defaultTimeouts: Timeouts = {
  requestMs: 30_000,
  transferMs: 120_000,
  unreachableMs: 8_000,
  stallMs: 15 * 60_000,
  foreignStallMs: 2 * 60 * 60_000,
  idleQueueMs: 60_000,
  cancelMs: 60_000,
  listMs: 30_000,
};
