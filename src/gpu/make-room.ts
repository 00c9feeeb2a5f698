import { setTimeout as delay } from 'node:timers/promises';
import { byteWords } from '../text/figures.js';

/** ComfyUI unloads between two prompts; a large model takes seconds to leave. */
const roomWithinMs = 60_000;
const lookEveryMs = 500;
/** Memory is back when it has stopped growing for so many looks... */
const steadyLooks = 4;
/** ...by less than this. */
const steadyBytes = 64 * 1024 * 1024;

/** What of a render server is needed here; ComfyClient fits. */
export interface Unloadable {
  free(): Promise<void>;
  stats(): Promise<{ devices: { type: string; vramFreeBytes: number; vramTotalBytes: number }[] }>;
}

export interface RoomOptions {
  url: string;
  signal: AbortSignal;
  onWait?(what: string): void;
}

/**
 * Asks a render server to unload its models, and watches its GPU's free memory until it grows no more. A server that
 * can't be reached holds no memory that we could free. @returns a sentence on what it came to.
 */
export async function makeRoom(server: Unloadable, { url, signal, onWait }: RoomOptions): Promise<string> {
  let before: number | null;
  try {
    before = freeOf(await server.stats());
    await server.free();
  } catch (error) {
    return `could not ask ${url} to unload its models: ${(error as Error).message}`;
  }
  if (before === null) return `${url} reports no GPU whose memory it could free`;
  const deadline = performance.now() + roomWithinMs;
  let last = before;
  for (let steady = 0; steady < steadyLooks && performance.now() < deadline;) {
    signal.throwIfAborted();
    onWait?.(`${url} to unload its models`);
    await delay(lookEveryMs, undefined, { signal });
    const now = freeOf(await server.stats().catch(() => ({ devices: [] }))) ?? last;
    steady = now - last < steadyBytes ? steady + 1 : 0;
    last = Math.max(last, now);
  }
  return `${url} unloaded its models: ${byteWords(last - before)} freed, ${byteWords(last)} free`;
}

/** A server on the CPU says its machine's memory. */
const freeOf = ({ devices }: Awaited<ReturnType<Unloadable['stats']>>): number | null =>
  devices.find(({ type }) => type !== 'cpu')?.vramFreeBytes ?? null;
