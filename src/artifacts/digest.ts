import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface Digest {
  /** Lower-case hex. */
  sha256: string;
  bytes: number;
}

export const digestBytes = (bytes: Uint8Array): Digest => ({
  sha256: createHash('sha256').update(bytes).digest('hex'),
  bytes: bytes.byteLength,
});

const [leastPieceBytes, mostPieceBytes] = [4096, 1024 * 1024];

/**
 * No stream: its buffer of 64 KiB for each of ten thousand small files costs more than the reading.
 * @param expectedBytes what it is thought to hold: read in as few pieces as that takes
 */
export async function digestFile(path: string, expectedBytes = mostPieceBytes): Promise<Digest> {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(Math.min(mostPieceBytes, Math.max(leastPieceBytes, expectedBytes)));
  const file = await open(path);
  try {
    for (let bytes = 0; ;) {
      const { bytesRead } = await file.read(piece, 0, piece.length, null);
      if (bytesRead === 0) return { sha256: hash.digest('hex'), bytes };
      hash.update(piece.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  } finally {
    await file.close();
  }
}

/** Hashes while it writes a new file. @returns the sha256 of what was written. */
export async function writeDigesting(from: Readable, to: string): Promise<string> {
  const hash = createHash('sha256');
  const tap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(from, tap, createWriteStream(to, { flags: 'wx' }));
  return hash.digest('hex');
}
