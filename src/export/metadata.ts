import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { writeDigesting } from '../artifacts/digest.js';
import { readSafetensorsHeader, type TensorInfo } from '../artifacts/safetensors.js';

export const lengthBytes = 8;
/** Tensors after the header start where a reader may map them: as the format's own library lays them. */
const alignment = 8;

/**
 * Writes the file anew with more metadata: keys that are there already stay as they are, and the tensors are the same
 * bytes in the same order. They are streamed: a LoRA may have gigabytes.
 * @returns the sha256 of the new file
 */
export async function addMetadata(from: string, to: string, added: Record<string, string>): Promise<string> {
  const header = await readSafetensorsHeader(from);
  const tensors = createReadStream(from, { start: lengthBytes + header.headerBytes });
  async function* content(): AsyncGenerator<Buffer> {
    yield headerOf(header.tensors, { ...added, ...header.metadata });
    // A file of no tensors ends with its header.
    if (header.fileBytes > lengthBytes + header.headerBytes) yield* tensors as AsyncIterable<Buffer>;
  }
  try {
    return await writeDigesting(Readable.from(content()), to);
  } finally {
    tensors.destroy();
  }
}

/** Not by one JSON.stringify: an object would sort names that are whole numbers before the others. */
export function headerOf(tensors: readonly TensorInfo[], metadata: Record<string, string>): Buffer {
  const entries: [string, unknown][] = [
    ['__metadata__', metadata],
    ...tensors.map(({ name, dtype, shape, offsets }): [string, unknown] => [
      name,
      { dtype, shape, data_offsets: offsets },
    ]),
  ];
  const json = Buffer.from(
    `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join()}}`,
  );
  const padding = Buffer.alloc((alignment - (json.length % alignment)) % alignment, ' ');
  const length = Buffer.alloc(lengthBytes);
  length.writeBigUInt64LE(BigInt(json.length + padding.length));
  return Buffer.concat([length, json, padding]);
}
