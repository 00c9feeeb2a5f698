import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
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
    await access(place, constants.W_OK).catch(() => {
      throw new UsageError(`--out ${out} can't be written: ${place} is not yours to write in. Give another folder.`);
    });
    return folder;
  }
}
