import { crc32 } from 'node:zlib';

const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

export interface Chunk {
  type: string;
  data: Buffer;
  /** With its length, type and checksum, as it stands in the file. */
  whole: Buffer;
}

/** The chunks of a PNG up to its end, in order (PNG specification, 5.3). null: no PNG, or one that ends too early. */
export function pngChunks(bytes: Buffer): Chunk[] | null {
  if (!bytes.subarray(0, signature.length).equals(signature)) return null;
  const chunks: Chunk[] = [];
  for (let at = signature.length; at + 12 <= bytes.length;) {
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) return null;
    const type = bytes.toString('latin1', at + 4, at + 8);
    chunks.push({ type, data: bytes.subarray(at + 8, end - 4), whole: bytes.subarray(at, end) });
    if (type === 'IEND') return chunks;
    at = end;
  }
  return null;
}

export const pngOf = (chunks: readonly Pick<Chunk, 'whole'>[]): Buffer =>
  Buffer.concat([signature, ...chunks.map(({ whole }) => whole)]);

export function chunkOf(type: string, data: Buffer): Chunk {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return { type, data, whole };
}
