import { chmod, stat } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import { makeFolder } from './folder.js';

/** Who may read and write what lies in a folder. */
export interface Modes {
  file: number;
  folder: number;
}

/**
 * As the folder itself says, whatever the umask of this process: one that a person keeps for himself stays that, and one
 * that an administrator has opened to a group holds what the group can read. Made where it is not there yet; below a
 * `.azit` for the person alone.
 */
export async function modesOf(folder: string): Promise<Modes> {
  const inside = folder.split(sep).includes('.azit');
  await makeFolder(folder, inside ? { mode: 0o700 } : {});
  const mode = (await stat(folder)).mode & 0o7777;
  return { file: (mode & 0o666) | 0o600, folder: mode | 0o700 };
}

/** `made` is the first folder that was made on the way to `last`. What is another user's stays as it is. */
export async function openAs(modes: Modes, made: string | undefined, last: string): Promise<void> {
  if (made === undefined) return;
  for (let folder = last; folder.length >= made.length; folder = dirname(folder))
    await chmod(folder, modes.folder).catch(() => undefined);
}
