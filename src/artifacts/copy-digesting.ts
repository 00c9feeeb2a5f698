import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { withRegularFile, type ReadLimits } from '../files/regular-file.js';
import { replaceFile } from '../files/atomic.js';
import type { Digest } from './digest.js';
import { HashThread } from './hash-thread.js';

const chunkBytes = 4 * 1024 * 1024;
/** Chunks in memory at once. */
const ringLength = 4;
/** Below it a thread costs more than it saves. */
const threadFromBytes = 8 * 1024 * 1024;

export interface CopyDigest extends Digest {
  /** sha256 of what follows the first `headBytes`. */
  restSha256: string;
}

/**
 * Copies a file once, whole or not at all, and hashes it meanwhile: as a whole, and without its first bytes.
 * @param onRest gets what follows the first bytes, in order; not to be kept.
 */
export async function copyDigesting(
  from: string,
  to: string,
  limits: ReadLimits,
  headBytes = 0,
  onRest?: (piece: Uint8Array) => void,
): Promise<CopyDigest> {
  return await withRegularFile(from, limits, (source, sizeBytes) => copyFrom(source, sizeBytes, to, headBytes, onRest));
}

/** No more than it had when it was opened: what comes after is no part of it, and might never end. */
async function copyFrom(
  source: FileHandle,
  sizeBytes: number,
  to: string,
  headBytes: number,
  onRest?: (piece: Uint8Array) => void,
): Promise<CopyDigest> {
  const isLarge = sizeBytes >= threadFromBytes;
  const [whole, rest] = isLarge ? [new HashThread(), new HashThread()] : [inline(), inline()];
  const ring = Array.from({ length: isLarge ? ringLength : 1 }, () => new Slot());
  let bytes = 0;
  try {
    await replaceFile(to, async (part) => {
      const target = await open(part, 'wx', 0o644);
      try {
        for (let turn = 0; ; turn += 1) {
          const slot = ring[turn % ring.length];
          await slot.settled();
          // The first bytes by themselves: what follows then lies in its buffers as it does in the file's data.
          const wanted = Math.min(chunkBytes, bytes < headBytes ? headBytes - bytes : sizeBytes - bytes);
          if (wanted === 0) break;
          const { bytesRead } = await source.read(slot.buffer, 0, wanted, bytes);
          if (bytesRead === 0) break;
          const chunk = slot.buffer.subarray(0, bytesRead);
          const isRest = bytes >= headBytes;
          slot.use([writeAll(target, chunk, bytes), whole.update(chunk), ...(isRest ? [rest.update(chunk)] : [])]);
          if (isRest) onRest?.(chunk);
          bytes += bytesRead;
        }
        for (const slot of ring) await slot.settled();
      } finally {
        for (const slot of ring) await slot.settled().catch(() => undefined);
        await target.close();
      }
    });
    return { sha256: await whole.digest(), bytes, restSha256: await rest.digest() };
  } finally {
    await Promise.all([whole.close(), rest.close()]);
  }
}

/** A chunk that is read while the ones before are written and hashed. */
class Slot {
  /** Shared with the hashing threads. */
  readonly buffer = new Uint8Array(new SharedArrayBuffer(chunkBytes));
  #work: Promise<unknown> = Promise.resolve();

  use(work: Promise<void>[]): void {
    this.#work = Promise.all(work);
    // Told by settled(), which comes later.
    this.#work.catch(() => undefined);
  }

  async settled(): Promise<void> {
    await this.#work;
  }
}

/** A disk that fills up takes a part of a write without a word; the next one says why. */
async function writeAll(file: FileHandle, chunk: Uint8Array, at: number): Promise<void> {
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
