const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

export interface Chunk {
  type: string;
  data: Buffer;
  /** With its length, type and checksum, as it stands in the file. */
  whole: Buffer;
}

/** The chunks of a PNG, in order (PNG specification, 5.3). null: no PNG, or one that ends too early. */
export function pngChunks(bytes: Buffer): Chunk[] | null {
  if (!bytes.subarray(0, signature.length).equals(signature)) return null;
  const chunks: Chunk[] = [];
  for (let at = signature.length; at < bytes.length;) {
    if (at + 12 > bytes.length) return null;
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) return null;
    const type = bytes.toString('latin1', at + 4, at + 8);
    chunks.push({ type, data: bytes.subarray(at + 8, end - 4), whole: bytes.subarray(at, end) });
    at = end;
  }
  return chunks;
}

export const pngOf = (chunks: readonly Chunk[]): Buffer =>
  Buffer.concat([signature, ...chunks.map(({ whole }) => whole)]);
