import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';

export type FoundPath = { ok: true; path: string } | { ok: false; reason: string };

/**
 * The real path that a project file names. A relative one stays inside the project's folder, symbolic links followed;
 * an absolute one was given by the person on purpose.
 */
export async function findNamedPath(directory: string, named: string): Promise<FoundPath> {
  if (named.includes('\0')) return { ok: false, reason: 'is not a path' };
  const path = resolve(directory, named);
  if (!isAbsolute(named) && !isInside(resolve(directory), path)) return outside;
  try {
    const real = await realpath(path);
    if (!isAbsolute(named) && !isInside(await realpath(directory), real)) return outside;
    return { ok: true, path: real };
  } catch (error) {
    return { ok: false, reason: reasonOf(error as NodeJS.ErrnoException) };
  }
}

const outside: FoundPath = {
  ok: false,
  reason: "lies outside the project's folder: move it inside, or name it by its absolute path",
};

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function reasonOf(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return 'does not exist';
  if (error.code === 'EACCES') return "can't be read: you have no permission";
  if (error.code === 'ELOOP') return "can't be read: its symbolic links go in circles";
  if (error.code === 'ENAMETOOLONG') return 'is no path: it is too long';
  return `can't be read: ${error.message}`;
}
