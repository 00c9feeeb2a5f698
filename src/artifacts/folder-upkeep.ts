import { closeSync, fstatSync, openSync, unlinkSync } from 'node:fs';
import { opendir, rm, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { isPart } from '../files/atomic.js';
import { contentPath, isSha256, recordPath } from './path.js';
import type { StoredContent, StoredRecord, StoreUpkeep } from './store-upkeep.js';

/** Of a folder store. Folders stay when they are empty: a writer may just have made one. */
export class FolderUpkeep implements StoreUpkeep {
  /** A touch costs nothing here. */
  readonly touchedForMs = 60_000;

  constructor(private readonly location: string) {}

  async *contents(): AsyncIterable<StoredContent> {
    for await (const { path, name, bytes, changedAtMs } of filesBelow(join(this.location, 'content')))
      if (isSha256(name) && path === contentPath(this.location, name))
        yield { sha256: name, bytes, touchedAtMs: changedAtMs };
  }

  async *records(below = ''): AsyncIterable<StoredRecord> {
    const root = join(this.location, 'records');
    for await (const { path, name, bytes, changedAtMs } of filesBelow(join(root, below))) {
      if (!name.endsWith('.json')) continue;
      yield {
        key: relative(root, path).slice(0, -'.json'.length).split(sep).join('/'),
        bytes,
        writtenAtMs: changedAtMs,
      };
    }
  }

  removeContent(sha256: string, touchedBeforeMs: number): Promise<boolean> {
    const path = contentPath(this.location, sha256);
    let file: number | undefined;
    try {
      // Opened, since a network disk may answer a mere look from its memory; and at once, with nobody in between.
      file = openSync(path, 'r');
      if (fstatSync(file).mtimeMs >= touchedBeforeMs) return Promise.resolve(false);
      unlinkSync(path);
      return Promise.resolve(true);
    } catch (error) {
      return isGone(error) ? Promise.resolve(false) : Promise.reject(error as Error);
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }

  async removeRecord(key: string): Promise<void> {
    await rm(recordPath(this.location, key), { force: true });
  }

  async removeLeftovers(writtenBeforeMs: number, dryRun: boolean): Promise<number> {
    let freed = 0;
    for (const folder of ['content', 'records'])
      for await (const { path, name, bytes, changedAtMs } of filesBelow(join(this.location, folder))) {
        if (!isPart(name) || changedAtMs >= writtenBeforeMs) continue;
        if (!dryRun) await rm(path, { force: true });
        freed += bytes;
      }
    return freed;
  }
}

const isGone = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

interface FoundFile {
  path: string;
  name: string;
  bytes: number;
  changedAtMs: number;
}

/** Regular files, without following links. What goes while it is listed is left out. */
async function* filesBelow(folder: string): AsyncIterable<FoundFile> {
  const entries = await opendir(folder).catch((error: unknown) => {
    if (isGone(error)) return null;
    throw error;
  });
  if (!entries) return;
  for await (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    if (!entry.isFile()) continue;
    const found = await stat(path).catch((error: unknown) => {
      if (isGone(error)) return null;
      throw error;
    });
    if (found) yield { path, name: entry.name, bytes: found.size, changedAtMs: found.mtimeMs };
  }
}
