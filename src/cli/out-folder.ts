import { mkdtemp, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from './output.js';

/** Before any work: hours later is too late to learn that a report can't be written there. @throws UsageError */
export async function outFolder(out: string): Promise<string> {
  const folder = resolve(out);
  for (let place = folder; ; place = dirname(place)) {
    const found = await stat(place).catch(({ code }: NodeJS.ErrnoException) => code);
    if (found === 'ENOENT' && place !== dirname(place)) continue;
    if (found === 'ENOTDIR') continue;
    if (typeof found !== 'object') throw new UsageError(`--out ${out} can't be used (${found}): give another folder.`);
    if (!found.isDirectory()) throw new UsageError(`--out ${out} needs a folder, but ${place} is a file.`);
    try {
      // Only making something tells: what permissions promise, a read-only disk or /proc does not keep.
      await rmdir(await mkdtemp(join(place, '.azit-')));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new UsageError(
        `--out ${out} can't be written: ${place} takes no new files (${code}). Give another folder.`,
      );
    }
    return folder;
  }
}
