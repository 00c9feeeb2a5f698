import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Tensors used again: V8 frees a dropped one only once tens of MB of them have gathered, in each thread.
 * Of one length, as many are kept as pictures are measured at once.
 */
const mostSpare = 8;

const spare = new Map<number, Float32Array<ArrayBuffer>[]>();

/** Holds whatever it held before. */
export function takeTensor(length: number): Float32Array<ArrayBuffer> {
  return spare.get(length)?.pop() ?? new Float32Array(length);
}

export function giveBack(tensor: Float32Array<ArrayBuffer>): void {
  const same = spare.get(tensor.length) ?? [];
  spare.set(tensor.length, same);
  if (same.length < mostSpare) same.push(tensor);
}

/** Bytes of pictures no longer used before they are freed. */
const mostUnusedBytes = 8_000_000;

let unusedBytes = 0;
let collect: (() => void) | null = null;

/**
 * Says that a decoded picture is no longer used. sharp's buffers lie outside V8's heap, which sees no reason to collect a
 * few small objects until 64 MB of pictures hang on them: that would be a third of all memory used.
 */
export function releasePicture(bytes: number): void {
  unusedBytes += bytes;
  if (unusedBytes < mostUnusedBytes) return;
  unusedBytes = 0;
  collect ??= collector();
  collect();
}

function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
