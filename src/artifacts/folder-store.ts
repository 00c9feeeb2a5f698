import type { ArtifactStore, Description } from './artifact-store.js';
import { createReadStream, type Stats } from 'node:fs';
import { link, stat, utimes } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { fileLimits } from '../files/limits.js';
import { ForeignFileError, readRegular, readRegularText, regularPieces } from '../files/regular-file.js';
import { readOnly, readSmall } from '../files/small-file.js';
import { createFile, replaceFile, type Content } from '../files/atomic.js';
import { digestBytes, digestFile, writeDigesting, type Digest } from './digest.js';
import { ArtifactDamagedError, damagedRecord, missingArtifact, parseRecord } from './errors.js';
import { modesOf, type Modes } from '../files/modes.js';
import { contentPath, recordPath } from './path.js';
import { FolderUpkeep } from './folder-upkeep.js';
import type { ArtifactRef } from '../run/ref.js';

/** A folder, perhaps shared between machines: each content once, under its sha256, checked on every read. */
export class FolderStore implements ArtifactStore {
  #modes: Promise<Modes> | null = null;

  readonly upkeep: FolderUpkeep;

  constructor(readonly location: string) {
    this.upkeep = new FolderUpkeep(location);
  }

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
      return parseRecord<T>(await readRegularText(path, { maxBytes: fileLimits.record, looksFirst: false }), path);
    } catch (error) {
      if (!(error instanceof ForeignFileError)) throw error;
      if (error.kind === 'missing') return null;
      throw error.kind === 'forbidden' ? error : damagedRecord(path);
    }
  }

  async holds(content: Digest): Promise<boolean> {
    const path = contentPath(this.location, content.sha256);
    const isAsExpected = (found: Stats): boolean =>
      found.isFile() && found.size === content.bytes && !this.#isToBeTouched(found.mtimeMs);
    const small = await readSmall(path, readOnly, isAsExpected).catch(() => null);
    if (small) return digestBytes(small).sha256 === content.sha256;
    const present = await stat(path).catch(() => null);
    if (!present?.isFile() || present.size !== content.bytes) return false;
    if (!(await this.#touch(path, present.mtimeMs))) return false;
    // After the touch, so that what was removed just before it is missed.
    const touched = await digestFile(path, content.bytes).catch((error: unknown) => {
      return isGone(error) ? null : Promise.reject(error);
    });
    return touched?.sha256 === content.sha256;
  }

  #isToBeTouched(touchedAtMs: number): boolean {
    return touchedAtMs <= Date.now() - this.upkeep.touchedForMs;
  }

  /** @returns false where it has gone */
  async #touch(path: string, touchedAtMs: number): Promise<boolean> {
    if (!this.#isToBeTouched(touchedAtMs)) return true;
    const now = Date.now();
    try {
      await utimes(path, now / 1000, now / 1000);
      return true;
    } catch (error) {
      if (isGone(error)) return false;
      // Another user's, in a folder that we share: a copy of our own has today's time.
      const copy = async (part: string) => void (await writeDigesting(createReadStream(path), part));
      return await replaceFile(path, copy, { modes: await this.#modesOnce() }).then(
        () => true,
        // Who may not write here relies on it for no longer than a reader does.
        (failed: unknown) => !isGone(failed),
      );
    }
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

const isGone = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

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
