import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, link, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from './folder.js';
import { openAs, type Modes } from './modes.js';

/** A name beside the target that no reader takes for the real thing; same folder, so that rename is atomic. */
export const partOf = (path: string): string => join(dirname(path), `.${randomBytes(8).toString('hex')}.part`);
export const isPart = (name: string): boolean => /^\.[0-9a-f]{16}\.part$/.test(name);

/** What a file is to hold, or what makes the temporary file. */
export type Content = string | Uint8Array | ((part: string) => Promise<void>);

export interface WriteOptions {
  /** Whatever the umask says; of folders, those made on the way. Default: by the umask. */
  modes?: Modes;
  /** Default true: it outlives a power cut. False for what such a cut makes void: locks, notes about living processes. */
  flush?: boolean;
}

/** Makes a file appear whole or not at all: temporary name, flush, rename. */
export async function replaceFile(path: string, content: Content, options?: WriteOptions): Promise<void> {
  await throughPart(path, content, (part) => rename(part, path), options);
}

/** Like replaceFile, but the first writer wins. @returns false where the file was there already. */
export async function createFile(path: string, content: Content, options?: WriteOptions): Promise<boolean> {
  return await throughPart(path, content, (part) => linkWhereFree(part, path), options);
}

/** For the few places that may not wait. Not flushed. */
export function replaceFileSync(path: string, content: string): void {
  const part = partOf(path);
  try {
    writeFileSync(part, content, { flag: 'wx' });
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

/** `settle` gives the finished temporary file its name, or leaves it to be removed. @returns what `settle` returns */
export async function throughPart<T>(
  path: string,
  content: Content,
  settle: (part: string) => Promise<T>,
  { modes, flush: isFlushed = true }: WriteOptions = {},
): Promise<T> {
  const made = await makeFolder(dirname(path));
  if (modes) await openAs(modes, made, dirname(path));
  const part = partOf(path);
  try {
    // Never more open than it is to be, not even for a moment.
    if (typeof content === 'function') await content(part);
    else await writeFile(part, content, { flag: 'wx', mode: modes?.file });
    if (modes) await chmod(part, modes.file);
    if (isFlushed) await flush(part);
    const settled = await settle(part);
    if (isFlushed) await flushFolder(dirname(path));
    return settled;
  } catch (error) {
    // Of a handle that is written, Node does not say whose.
    throw error instanceof Error && 'code' in error ? Object.assign(error, { path }) : error;
  } finally {
    await rm(part, { force: true }).catch(() => undefined);
  }
}

/** By a second name, which fails where one is there already; a rename would take its place. */
export async function linkWhereFree(part: string, path: string): Promise<boolean> {
  try {
    await link(part, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Until it is on the disk; a folder too. Windows flushes only what is open for writing. */
export async function flush(path: string): Promise<void> {
  const handle = await open(path, process.platform === 'win32' ? 'r+' : 'r');
  await handle.sync().finally(() => handle.close());
}

/** Windows opens no folder, some shared disks flush none, some can't be read: there the rename alone must do. */
export async function flushFolder(path: string): Promise<void> {
  await flush(path).catch((error: NodeJS.ErrnoException) => {
    const isUnable = ['EINVAL', 'ENOTSUP', 'EACCES', 'EPERM'].includes(error.code ?? '');
    if (process.platform !== 'win32' && !isUnable) throw error;
  });
}
