import { randomUUID } from 'node:crypto';
import { copyFile, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Copies beside the target, flushes, renames: a reader sees the old file or the whole new one, also after a power cut. */
export async function installFile(source: string, target: string): Promise<void> {
  const temporary = `${target}.${randomUUID()}.tmp`;
  try {
    await copyFile(source, temporary);
    await flush(temporary);
    await rename(temporary, target);
    await flush(dirname(target));
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Windows can't open a folder to flush it; there the rename alone must do. */
async function flush(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r+').catch(() => open(path, 'r'));
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    if (process.platform !== 'win32') throw error;
  }
}
