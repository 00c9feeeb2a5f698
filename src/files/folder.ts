import { mkdir, stat, rename, rm, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it. Node's own `recursive` never returns where a file system says ENOENT although the
 * folder above exists (/proc); this throws it.
 * @returns the first folder that was made, or undefined where all were there
 */
export async function makeFolder(path: string, { mode = 0o777 }: { mode?: number } = {}): Promise<string | undefined> {
  const missing: string[] = [];
  for (let folder = resolve(path); !(await isThere(folder)); folder = dirname(folder)) missing.unshift(folder);
  for (const folder of missing) {
    await mkdir(folder, { mode }).catch(async (error: NodeJS.ErrnoException) => {
      // Somebody else has made it; or a link that leads nowhere has its name.
      if (error.code !== 'EEXIST' || !(await isThere(folder))) throw error;
    });
  }
  return missing[0];
}

async function isThere(folder: string): Promise<boolean> {
  try {
    if ((await stat(folder)).isDirectory()) return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  throw Object.assign(new Error(`ENOTDIR: not a directory, mkdir '${folder}'`), { code: 'ENOTDIR', path: folder });
}

/**
 * Gives a finished folder its name, all at once. Where another writer was quicker, that one's stays, unless it is not
 * sound (half of a download, another version): then it gives way.
 */
export async function publishFolder(made: string, target: string, isSound: () => Promise<boolean>): Promise<void> {
  try {
    await rename(made, target);
  } catch {
    if (await isSound()) return;
    await rm(target, { recursive: true, force: true });
    await rename(made, target);
  }
}

/** What a process that is not root may still write. */
export async function freeBytesAt(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
