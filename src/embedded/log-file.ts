import { stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { withRegularFile } from '../files/regular-file.js';
import { makePrivateFolder } from '../machine/private.js';

/** A log that has grown beyond this starts anew at the next start. */
const maxLogBytes = 8 * 1024 * 1024;
const tailBytes = 16 * 1024;

export async function prepareLog(path: string): Promise<void> {
  await makePrivateFolder(dirname(path));
  const size = (await stat(path).catch(() => null))?.size ?? 0;
  if (size > maxLogBytes) await truncate(path, 0);
}

/** The last lines that are not empty, oldest first. */
export async function lastLines(path: string, count: number): Promise<string[]> {
  try {
    return await withRegularFile(path, { maxBytes: Infinity }, async (file, size) => {
      const buffer = Buffer.alloc(Math.min(size, tailBytes));
      await file.read(buffer, 0, buffer.length, size - buffer.length);
      const lines = buffer.toString('utf8').split('\n');
      return lines
        .map((line) => line.trim())
        .filter(Boolean)
        .slice(-count);
    });
  } catch {
    return [];
  }
}
