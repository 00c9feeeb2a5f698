import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createFile, replaceFile } from './atomic.js';
import { ArtifactDamagedError } from './errors.js';
import { contentPath, recordPath } from './path.js';
import type { ArtifactRef } from './ref.js';
import type { ArtifactStore, Description } from './store.js';

/** A folder, perhaps shared between machines: each content once, under its sha256, checked on every read. */
export class FolderStore implements ArtifactStore {
  constructor(readonly location: string) {}

  async putBytes(bytes: Uint8Array, description: Description): Promise<ArtifactRef> {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await this.#keep(sha256, bytes.byteLength, (part) => writeFile(part, bytes, { flag: 'wx' }));
    return { sha256, bytes: bytes.byteLength, ...description };
  }

  async putFile(path: string, description: Description): Promise<ArtifactRef> {
    const { sha256, bytes } = await digestFile(path);
    await this.#keep(sha256, bytes, async (part) => {
      const copied = await copyDigesting(path, part);
      if (copied !== sha256) throw new Error(`${path} changed while it was copied.`);
    });
    return { sha256, bytes, ...description };
  }

  async readBytes(ref: ArtifactRef): Promise<Buffer> {
    const bytes = await readFile(contentPath(this.location, ref.sha256)).catch((error) => missing(ref, error));
    const found = createHash('sha256').update(bytes).digest('hex');
    if (found !== ref.sha256) throw new ArtifactDamagedError(ref.sha256, ref.sha256, found);
    return bytes;
  }

  async readToFile(ref: ArtifactRef, path: string): Promise<void> {
    await replaceFile(path, async (part) => {
      const found = await copyDigesting(contentPath(this.location, ref.sha256), part).catch((error) =>
        missing(ref, error),
      );
      if (found !== ref.sha256) throw new ArtifactDamagedError(ref.sha256, ref.sha256, found);
    });
  }

  async putRecord<T>(key: string, value: T): Promise<{ value: T; first: boolean }> {
    const first = await createFile(recordPath(this.location, key), (part) => writeFile(part, JSON.stringify(value)));
    return first ? { value, first } : { value: (await this.getRecord<T>(key)) ?? value, first };
  }

  async getRecord<T>(key: string): Promise<T | null> {
    try {
      return JSON.parse(await readFile(recordPath(this.location, key), 'utf8')) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  async #keep(sha256: string, bytes: number, write: (part: string) => Promise<void>): Promise<void> {
    const path = contentPath(this.location, sha256);
    // There already: success. A file of another length is a torn write of a broken disk, and is replaced.
    const present = await stat(path).catch(() => null);
    if (present?.size === bytes) return;
    await replaceFile(path, write);
  }
}

async function digestFile(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).byteLength;
  }
  return { sha256: hash.digest('hex'), bytes };
}

/** Hashes while it copies. @returns the sha256 of what was copied. */
async function copyDigesting(from: string, to: string): Promise<string> {
  const hash = createHash('sha256');
  const tap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(createReadStream(from), tap, createWriteStream(to, { flags: 'wx' }));
  return hash.digest('hex');
}

function missing(ref: ArtifactRef, error: unknown): never {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  throw new ArtifactDamagedError(ref.sha256, `${ref.bytes} bytes (${ref.name})`, 'no file');
}
