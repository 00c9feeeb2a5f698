import type { ArtifactStore, Description } from './artifact-store.js';
import { createReadStream } from 'node:fs';
import { link, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { fileLimits } from '../files/limits.js';
import { ForeignFileError, readRegular, readRegularText, regularPieces } from '../files/regular-file.js';
import { createFile, replaceFile, type Content } from '../files/atomic.js';
import { digestBytes, digestFile, writeDigesting, type Digest } from './digest.js';
import { ArtifactDamagedError, damagedRecord, missingArtifact, parseRecord } from './errors.js';
import { modesOf, type Modes } from '../files/modes.js';
import { contentPath, recordPath } from './path.js';
import type { ArtifactRef } from '../run/ref.js';

/** A folder, perhaps shared between machines: each content once, under its sha256, checked on every read. */
export class FolderStore implements ArtifactStore {
  #modes: Promise<Modes> | null = null;

  constructor(readonly location: string) {}

  async putBytes(bytes: Uint8Array, description: Description): Promise<ArtifactRef> {
    const { sha256 } = digestBytes(bytes);
    await this.#keep(sha256, bytes.byteLength, bytes);
    return { sha256, bytes: bytes.byteLength, ...description };
  }

  async putFile(path: string, description: Description, known?: Digest): Promise<ArtifactRef> {
    const { sha256, bytes } = known ?? (await digestFile(path));
    await this.#keep(sha256, bytes, async (part) => {
      // The same bytes under a second name, where the file is ours and on the same disk.
      if (known && (await linked(path, part))) return;
      const copied = await writeDigesting(createReadStream(path), part);
      if (copied !== sha256) throw new Error(`${path} changed while it was being copied.`);
    });
    return { sha256, bytes, ...description };
  }

  async readBytes(ref: ArtifactRef): Promise<Buffer> {
    const content = readRegular(contentPath(this.location, ref.sha256), { maxBytes: ref.bytes });
    const bytes = await content.catch((error) => missing(this.location, ref, error));
    const found = digestBytes(bytes).sha256;
    if (found !== ref.sha256) throw new ArtifactDamagedError(ref.sha256, ref.sha256, found);
    return bytes;
  }

  async readToFile(ref: ArtifactRef, path: string): Promise<void> {
    await replaceFile(path, async (part) => {
      const content = Readable.from(regularPieces(contentPath(this.location, ref.sha256), { maxBytes: ref.bytes }));
      const found = await writeDigesting(content, part).catch((error) => missing(this.location, ref, error));
      if (found !== ref.sha256) throw new ArtifactDamagedError(ref.sha256, ref.sha256, found);
    });
  }

  async putRecord<T>(key: string, value: T): Promise<{ value: T; first: boolean }> {
    const path = recordPath(this.location, key);
    const first = await createFile(path, JSON.stringify(value), { modes: await this.#modesOnce() });
    return first ? { value, first } : { value: (await this.getRecord<T>(key)) ?? value, first };
  }

  async getRecord<T>(key: string): Promise<T | null> {
    const path = recordPath(this.location, key);
    try {
      return parseRecord<T>(await readRegularText(path, { maxBytes: fileLimits.record }), path);
    } catch (error) {
      if (!(error instanceof ForeignFileError)) throw error;
      if (error.kind === 'missing') return null;
      throw error.kind === 'forbidden' ? error : damagedRecord(path);
    }
  }

  async holds({ sha256, bytes }: Digest): Promise<boolean> {
    const path = contentPath(this.location, sha256);
    const present = await stat(path).catch(() => null);
    return present?.isFile() === true && present.size === bytes && (await digestFile(path)).sha256 === sha256;
  }

  async #keep(sha256: string, bytes: number, content: Content): Promise<void> {
    // There already: success. One that is torn, zeroed or changed by a broken disk is replaced.
    if (await this.holds({ sha256, bytes })) return;
    await replaceFile(contentPath(this.location, sha256), content, { modes: await this.#modesOnce() });
  }

  async #modesOnce(): Promise<Modes> {
    // A failure (a disk that is not mounted yet) is not kept.
    this.#modes ??= modesOf(this.location).catch((error: unknown) => {
      this.#modes = null;
      throw error;
    });
    return await this.#modes;
  }
}

async function linked(path: string, part: string): Promise<boolean> {
  return await link(path, part).then(
    () => true,
    () => false,
  );
}

function missing(location: string, ref: ArtifactRef, error: unknown): never {
  if (!(error instanceof ForeignFileError) || error.kind === 'forbidden' || error.kind === 'unreadable') throw error;
  if (error.kind === 'missing') throw missingArtifact(location, ref);
  throw new ArtifactDamagedError(ref.sha256, `${ref.bytes} bytes (${ref.name})`, `what ${error.reason}`);
}
