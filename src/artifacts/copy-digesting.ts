import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { replaceFile } from './atomic.js';
import type { Digest } from './digest.js';
import { HashThread } from './hash-thread.js';

const chunkBytes = 4 * 1024 * 1024;
/** Below it a thread costs more than it saves. */
const threadFromBytes = 8 * 1024 * 1024;

export interface CopyDigest extends Digest {
  /** sha256 of what follows the first `headBytes`. */
  restSha256: string;
}

/** Copies a file once, whole or not at all, and hashes it meanwhile: as a whole, and without its first bytes. */
export async function copyDigesting(from: string, to: string, headBytes = 0): Promise<CopyDigest> {
  const source = await open(from, 'r');
  const isLarge = (await source.stat()).size >= threadFromBytes;
  const [whole, rest] = isLarge ? [new HashThread(), new HashThread()] : [inline(), inline()];
  let bytes = 0;
  try {
    await replaceFile(to, async (part) => {
      const target = await open(part, 'wx', 0o644);
      try {
        for (let chunk = await next(); chunk.length > 0; chunk = await next()) {
          const written = writeAll(target, chunk, bytes);
          const hashed = [whole.update(chunk), rest.update(chunk.subarray(Math.max(0, headBytes - bytes)))];
          bytes += chunk.length;
          await Promise.all([written, ...hashed]);
        }
      } finally {
        await target.close();
      }
    });
    return { sha256: await whole.digest(), bytes, restSha256: await rest.digest() };
  } finally {
    await source.close();
    await Promise.all([whole.close(), rest.close()]);
  }

  async function next(): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    const { bytesRead } = await source.read(buffer, 0, chunkBytes, bytes);
    return buffer.subarray(0, bytesRead);
  }
}

/** A disk that fills up takes a part of a write without a word; the next one says why. */
async function writeAll(file: FileHandle, chunk: Buffer, at: number): Promise<void> {
  for (let done = 0; done < chunk.length;)
    done += (await file.write(chunk, done, chunk.length - done, at + done)).bytesWritten;
}

function inline(): Pick<HashThread, 'update' | 'digest' | 'close'> {
  const hash = createHash('sha256');
  return {
    update: async (chunk) => void hash.update(chunk),
    digest: async () => hash.digest('hex'),
    close: async () => {},
  };
}
