import { mkdir, stat } from 'node:fs/promises';
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
