import { createHash, randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../files/folder.js';
import type { ArtifactRef } from '../run/ref.js';
import { fileLimits } from '../files/limits.js';
import { ForeignFileError, regularPieces } from '../files/regular-file.js';

export const sha256Of = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Writes to a temporary name, flushes, renames: a reader sees the whole file or none. A file that already holds these
 * bytes is left alone, so writing a report again costs reads only.
 * @returns the sha256 of what the file now holds.
 */
export async function writeWhole(file: string, bytes: Buffer | string): Promise<string> {
  const sha256 = sha256Of(bytes);
  if ((await sha256OfFile(file)) === sha256) return sha256;
  await makeFolder(path.dirname(file));
  const temporary = `${file}.${process.pid}-${randomUUID().slice(0, 8)}.tmp`;
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return sha256;
}

/** @returns null where there is no such file (or it is no file). */
export async function sha256OfFile(file: string): Promise<string | null> {
  try {
    const hash = createHash('sha256');
    for await (const piece of regularPieces(file, { maxBytes: fileLimits.report })) hash.update(piece);
    return hash.digest('hex');
  } catch (error) {
    if (error instanceof ForeignFileError && (error.kind === 'missing' || error.kind === 'irregular')) return null;
    throw error;
  }
}

export type ReadArtifact = (ref: ArtifactRef) => Promise<Buffer>;

/** Keeps a file of the report under its path inside it. @returns its sha256 */
export type WriteFile = (path: string, bytes: Buffer | string) => Promise<string>;
