/** Every wait, repetition and size has its end here. */

/** Milliseconds. */
export interface Timeouts {
  /** One request. ComfyUI's event loop shares the GIL with the sampler and can stall for seconds. */
  requestMs: number;
  /** An upload or a download as a whole: a slow drip ends here. */
  transferMs: number;
  /** Patience with a server that can't be reached: one restart on a fast disk. Longer waits are the caller's retries. */
  unreachableMs: number;
  /** A prompt shows no sign of life for so long: the server's log is asked whether its worker thread died. */
  signMs: number;
  /** Our running prompt shows no sign of progress: the worker thread hangs. Loading a 40 GB model is slower. */
  stallMs: number;
  /** Somebody else's prompt runs before ours. Its progress is not shown to us, and a video may take an hour. */
  foreignStallMs: number;
  /** Prompts wait while nothing runs: the worker thread is dead. */
  idleQueueMs: number;
  /** From a cancel to the prompt's end; a long VAE decode can't be interrupted. */
  cancelMs: number;
  /** A submission whose answer was lost may still arrive from a gateway: a cancel watches for it so long. */
  lateMs: number;
  /** From a LoRA's rename to its place in the server's list; network file systems cache folders. */
  listMs: number;
}

export const defaultTimeouts: Timeouts = {
  requestMs: 30_000,
  transferMs: 120_000,
  unreachableMs: 8_000,
  signMs: 10_000,
  stallMs: 15 * 60_000,
  foreignStallMs: 2 * 60 * 60_000,
  idleQueueMs: 60_000,
  cancelMs: 60_000,
  lateMs: 3_000,
  listMs: 30_000,
};

/** How often one prompt may meet each misfortune before it is the caller's. */
export const misfortunes = {
  /** Restarts, or somebody who clears the queue. */
  lost: 5,
  /** Somebody who presses "interrupt". */
  interrupted: 2,
  /** A node that passed validation raised an exception: a cache or a network disk may have been the reason. */
  node: 1,
  /** Free memory and try once more. */
  memory: 1,
  /** Outputs deleted or broken before we had them. */
  gone: 2,
  /** Something from the cache where all is to be fresh: memory that is freed as a prompt comes is freed after it. */
  stale: 2,
};

/** POSTs of one prompt whose answer got lost, each followed by a lookup. */
export const maxPosts = 4;
/** Downloads of one picture that came broken; a file that stays broken is broken on the server, and rendered again. */
export const maxDownloads = 3;
/** The longest Retry-After that is believed, in milliseconds. */
export const maxRetryAfterMs = 5 * 60_000;
/** A gateway's page, or half a JSON, in place of one answer. */
export const maxOddReplies = 3;

/** What we keep of a reply: parsed at once, so it must be quick. */
export const maxReplyBytes = 32 * 1024 * 1024;
/** Of one node class: with 20,000 models in a folder its choices are 2 MB. */
export const maxClassBytes = 8 * 1024 * 1024;
/** Of one input. */
export const maxChoices = 50_000;
/** /queue holds the whole graph of every waiting prompt: a few kB each, with the editor's own workflow 100 kB. */
export const maxQueueBytes = 1024 * 1024 * 1024;
/** A 16-bit RGBA picture of 4096 x 4096 pixels fills 128 MiB without any compression. */
export const maxImageBytes = 128 * 1024 * 1024;
/** A few kB of PNG may unpack to gigabytes. */
export const maxImagePixels = 16_384 * 8_192;
/** Previews come as binary messages; we ask for none. */
export const maxMessageBytes = 4 * 1024 * 1024;
/** Events have some hundred bytes; longer ones carry outputs, which are not taken from here. */
export const maxEventBytes = 256 * 1024;
