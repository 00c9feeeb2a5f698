import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, relative, resolve, sep } from 'node:path';

export type FoundPath = { ok: true; path: string } | { ok: false; reason: string };

/**
 * The real path that a project file names. A relative one stays inside the project's folder, symbolic links followed;
 * an absolute one was given by the person on purpose.
 */
export async function findNamedPath(directory: string, named: string): Promise<FoundPath> {
  if (named.includes('\0')) return { ok: false, reason: 'is not a path' };
  const notAPath = meantOtherwise(named);
  const path = resolve(directory, named);
  if (!isAbsolute(named) && !isInside(resolve(directory), path)) return notAPath ?? outside;
  try {
    const real = await realpath(path);
    if (!isAbsolute(named) && !isInside(await realpath(directory), real)) return outside;
    return { ok: true, path: real };
  } catch (error) {
    return notAPath ?? { ok: false, reason: reasonOf(error as NodeJS.ErrnoException) };
  }
}

/** What a shell or a browser would make something of, where no file has that name. */
function meantOtherwise(named: string): FoundPath | null {
  const refused = (reason: string): FoundPath => ({ ok: false, reason });
  if (/^file:\/\//i.test(named)) return refused('is a URL: give the path without file://');
  if (/^([a-z][a-z0-9+.-]*:\/\/|data:)/i.test(named))
    return refused("is a URL, and AZIT does not download it: save the file in the project's folder and give its path");
  if (/^~/.test(named)) {
    const whole = /^~(?=[/\\]|$)/.test(named) ? `, such as ${named.replace('~', homedir())}` : '';
    return refused(`begins with ~, which only a shell expands: write the full path${whole}`);
  }
  if (/\$\{?\w+|%\w+%/.test(named))
    return refused('contains a variable, which only a shell expands: write the full path');
  return null;
}

const outside: FoundPath = {
  ok: false,
  reason: "is outside the project's folder: move it inside, or give its absolute path",
};

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function reasonOf(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return 'does not exist';
  if (error.code === 'EACCES') return "can't be read: you have no permission";
  if (error.code === 'ELOOP') return "can't be read: its symbolic links form a loop";
  if (error.code === 'ENAMETOOLONG') return 'is too long for a path';
  return `can't be read: ${error.message}`;
}
