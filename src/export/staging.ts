import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from '../files/folder.js';
import { processIdentity } from '../machine/processes.js';
import { ExportError } from './errors.js';

const settingCodes = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOTDIR',
  'EISDIR',
  'EEXIST',
  'ENOENT',
  'ELOOP',
  'ENAMETOOLONG',
]);

/** Gives `fill` an empty folder beside the target; it goes afterwards, whatever happens. @throws ExportError no-folder */
export async function withStaging<T>(directory: string, fill: (staging: string) => Promise<T>): Promise<T> {
  const parent = dirname(directory);
  const prefix = `.${basename(directory)}.`;
  const staging = join(parent, `${prefix}${process.pid}-${randomBytes(4).toString('hex')}.part`);
  try {
    await makeFolder(parent);
    await removeAbandoned(parent, prefix);
    await mkdir(staging);
    return await fill(staging);
  } catch (error) {
    throw asSetting(error, directory);
  } finally {
    await rm(staging, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** What a killed export left: it may hold gigabytes. */
async function removeAbandoned(parent: string, prefix: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const [, pid] = /^(\d+)-[0-9a-f]{8}\.part$/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : '') ?? [];
    if (pid && (await processIdentity(Number(pid))) === null)
      await rm(join(parent, name), { recursive: true, force: true });
  }
}

export function asSetting(error: unknown, folder: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (!settingCodes.has(code ?? '')) return error;
  const words =
    code === 'ENOENT'
      ? `There is no folder ${folder}: create it, or give another one.`
      : `${folder} can't be written (${code}): give another folder.`;
  return new ExportError('no-folder', words, { cause: error });
}

/** @returns whether it is there. @throws ExportError where something else than a folder has the name. */
export async function isFolder(directory: string): Promise<boolean> {
  const found = await lstat(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw asSetting(error, directory);
  });
  if (!found || found.isDirectory()) return found !== null;
  const what = found.isSymbolicLink() ? 'a link' : 'not a folder';
  throw new ExportError('in-the-way', `${directory} is ${what}: move it, or give another folder with --out.`);
}

/** All at once, where nothing has the name. */
export async function moveWhole(staging: string, directory: string): Promise<boolean> {
  if (await isFolder(directory)) return false;
  try {
    await rename(staging, directory);
    return true;
  } catch (error) {
    // Another export was quicker.
    if (['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
