import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { writeDigesting } from '../artifacts/digest.js';
import { readSafetensorsHeader, type TensorInfo } from '../artifacts/safetensors.js';
import type { Renamed } from './conversion.js';
import { headerOf, lengthBytes } from './metadata.js';

/** Hashes of the tensors as the trainer laid them. */
const stale = /^sshs_/;
const floatBytes = 4;

/** Writes the file anew with these tensors, each with the bytes that it had. */
export async function renameTensors(from: string, to: string, renamed: readonly Renamed[]): Promise<void> {
  const { headerBytes, metadata } = await readSafetensorsHeader(from);
  const kept = Object.fromEntries(Object.entries(metadata).filter(([key]) => !stale.test(key)));
  // What a tensor's place is divided by must not change for those of half the size: a reader may map them.
  const ordered = [...renamed].sort((a, b) => Number('alpha' in b) - Number('alpha' in a));
  async function* content(): AsyncGenerator<Buffer> {
    yield headerOf(laidOut(ordered), kept);
    for (const each of ordered) yield* 'alpha' in each ? [floatOf(each.alpha)] : bytesOf(from, headerBytes, each.from);
  }
  await writeDigesting(Readable.from(content()), to);
}

function laidOut(renamed: readonly Renamed[]): TensorInfo[] {
  let at = 0;
  return renamed.map((each): TensorInfo => {
    const bytes = 'alpha' in each ? floatBytes : each.from.offsets[1] - each.from.offsets[0];
    const offsets: [number, number] = [at, (at += bytes)];
    if ('alpha' in each) return { name: each.name, dtype: 'F32', shape: [], offsets };
    return { name: each.name, dtype: each.from.dtype, shape: each.from.shape, offsets };
  });
}

function floatOf(value: number): Buffer {
  const bytes = Buffer.alloc(floatBytes);
  bytes.writeFloatLE(value);
  return bytes;
}

function bytesOf(path: string, headerBytes: number, { offsets: [begin, end] }: TensorInfo): AsyncIterable<Buffer> | [] {
  if (begin === end) return [];
  const start = lengthBytes + headerBytes;
  // Its `end` is the last byte, not the one after it.
  return createReadStream(path, { start: start + begin, end: start + end - 1 }) as AsyncIterable<Buffer>;
}
