import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

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
