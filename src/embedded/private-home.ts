import { lstat, stat } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { closeTree, makePrivateFolder } from '../machine/private.js';
import { EmbeddedError } from './errors.js';
import type { EmbeddedHome } from './home.js';

/** The home's own folder. Not one that holds other things: AZIT_HOME may name any. @throws EmbeddedError */
export async function closeRoot({ root }: EmbeddedHome): Promise<void> {
  try {
    if (basename(root) === '.azit' || !(await lstat(root).catch(() => null))) await makePrivateFolder(root);
    if (!(await stat(root)).isDirectory()) throw new EmbeddedError(`${root} is a file: ${elsewhere}.`);
  } catch (cause) {
    if (cause instanceof EmbeddedError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'EEXIST' || code === 'ENOTDIR' ? 'a file has that name' : (code ?? 'it failed');
    throw new EmbeddedError(`Could not create the folder ${root} (${why}): ${elsewhere}.`, { cause });
  }
}

const elsewhere = 'AZIT keeps its runs there; set AZIT_HOME to another folder, or make this one usable';

/** Everything of a home is the person's alone, also what an older version left open; a store elsewhere may be shared. */
export async function closeHome(home: EmbeddedHome): Promise<void> {
  const { root, artifacts, sandbox, work, logs, state, lock, database } = home;
  const folders = [logs, sandbox, work, ...(isInside(artifacts, root) ? [artifacts] : [])];
  for (const folder of folders) {
    const wasOpen = await makePrivateFolder(folder);
    // Nobody else gets into a closed one; a store of a hundred thousand files is not walked at each command.
    if (wasOpen || folder !== artifacts) await closeTree(folder);
  }
  const databases = ['', '-wal', '-shm', '-journal'].map((ending) => `${database}${ending}`);
  for (const file of [state, lock, ...databases]) await closeTree(file);
}

function isInside(path: string, root: string): boolean {
  return !path.includes('://') && relative(root, resolve(path)).split(/[\\/]/)[0] !== '..' && dirname(path) !== path;
}
