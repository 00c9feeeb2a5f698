import { randomBytes } from 'node:crypto';
import { chmod, link, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../files/folder.js';
import { openAs, type Modes } from './modes.js';

/** A name beside the target that no reader takes for the real thing; same folder, so that rename is atomic. */
export const partOf = (path: string): string => join(dirname(path), `.${randomBytes(8).toString('hex')}.part`);
export const isPart = (name: string): boolean => /^\.[0-9a-f]{16}\.part$/.test(name);

type Write = (part: string) => Promise<void>;

/** Makes a file appear whole or not at all: temporary name, flush, rename. `write` fills the temporary file. */
export async function replaceFile(path: string, write: Write, modes?: Modes): Promise<void> {
  await throughPart(path, write, (part) => rename(part, path), modes);
}

/** Like replaceFile, but the first writer wins. @returns false where the file was there already. */
export async function createFile(path: string, write: Write, modes?: Modes): Promise<boolean> {
  let first = true;
  const settle = async (part: string): Promise<void> => {
    try {
      await link(part, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      first = false;
    }
    await rm(part, { force: true });
  };
  await throughPart(path, write, settle, modes);
  return first;
}

async function throughPart(path: string, write: Write, settle: Write, modes?: Modes): Promise<void> {
  const made = await makeFolder(dirname(path));
  if (modes) await openAs(modes, made, dirname(path));
  const part = partOf(path);
  try {
    await write(part);
    if (modes) await chmod(part, modes.file);
    await flush(part);
    await settle(part);
  } catch (error) {
    await rm(part, { force: true });
    // Of a handle that is written, Node does not say whose.
    throw error instanceof Error && 'code' in error ? Object.assign(error, { path }) : error;
  }
  await flush(dirname(path));
}

/** Until it is on the disk; a folder too. */
export async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
