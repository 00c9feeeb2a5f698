import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A name beside the target that no reader takes for the real thing; same folder, so that rename is atomic. */
export const partOf = (path: string): string => join(dirname(path), `.${randomBytes(8).toString('hex')}.part`);
export const isPart = (name: string): boolean => /^\.[0-9a-f]{16}\.part$/.test(name);

/** Makes a file appear whole or not at all: temporary name, flush, rename. `write` fills the temporary file. */
export async function replaceFile(path: string, write: (part: string) => Promise<void>): Promise<void> {
  await throughPart(path, write, (part) => rename(part, path));
}

/** Like replaceFile, but the first writer wins. @returns false where the file was there already. */
export async function createFile(path: string, write: (part: string) => Promise<void>): Promise<boolean> {
  let first = true;
  await throughPart(path, write, async (part) => {
    try {
      await link(part, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      first = false;
    }
    await rm(part, { force: true });
  });
  return first;
}

async function throughPart(
  path: string,
  write: (part: string) => Promise<void>,
  settle: (part: string) => Promise<void>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const part = partOf(path);
  try {
    await write(part);
    await flush(part);
    await settle(part);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  await flush(dirname(path));
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
