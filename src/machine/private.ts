import { chmod, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../files/folder.js';

/** Group and others: what they may not do with what is the person's alone. */
const othersBits = 0o077;

/** Makes a folder that only the person enters; one that is there is closed to the others. @returns whether it was open */
export async function makePrivateFolder(path: string): Promise<boolean> {
  await makeFolder(path, { mode: 0o700 });
  const wasOpen = ((await lstat(path)).mode & othersBits) !== 0;
  await closeToOthers(path);
  return wasOpen;
}

/**
 * Closes everything under a folder to others: an older version, or a careless hand, left it open. Links are not
 * followed; what is another user's, or goes meanwhile, stays as it is.
 */
export async function closeTree(path: string): Promise<void> {
  if (!(await closeToOthers(path))) return;
  for (const entry of await readdir(path, { withFileTypes: true }).catch(() => [])) {
    if (entry.isDirectory()) await closeTree(join(path, entry.name));
    else if (entry.isFile()) await closeToOthers(join(path, entry.name));
  }
}

/** @returns whether it is a folder */
async function closeToOthers(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => null);
  if (!found?.isFile() && !found?.isDirectory()) return false;
  if (found.mode & othersBits) await chmod(path, found.mode & 0o7777 & ~othersBits).catch(() => undefined);
  return found.isDirectory();
}
