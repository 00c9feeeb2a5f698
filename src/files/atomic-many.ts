import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { forEachAtOnce } from './at-once.js';
import { flush, flushFolder, partOf } from './atomic.js';
import { makeFolder } from './folder.js';

export interface ManyFiles {
  paths: readonly string[];
  contentOf(path: string): Promise<Uint8Array>;
  atOnce: number;
}

/**
 * As `replaceFile`, of many files. All are written before the first is flushed, and a folder is flushed once: the disk then
 * takes them in one go, where a flush after each makes it wait hundreds of times.
 */
export async function replaceFiles({ paths, contentOf, atOnce }: ManyFiles): Promise<void> {
  const parts = new Map(paths.map((path) => [path, partOf(path)]));
  const folders = new Set(paths.map((path) => dirname(path)));
  try {
    for (const folder of folders) await makeFolder(folder);
    await forEachAtOnce(parts, atOnce, async ([path, part]) => {
      const content = await contentOf(path);
      // Of a full disk, Node does not say which.
      await writeFile(part, content, { flag: 'wx' }).catch((error: Error) =>
        Promise.reject(Object.assign(error, { path })),
      );
    });
    await forEachAtOnce(parts.values(), atOnce, flush);
    for (const [path, part] of parts) await rename(part, path);
    for (const folder of folders) await flushFolder(folder);
  } finally {
    await forEachAtOnce(parts.values(), atOnce, async (part) => await rm(part, { force: true }).catch(() => undefined));
  }
}
