import { rename, rm } from 'node:fs/promises';

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
