import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { once } from 'node:events';
import { join, posix } from 'node:path';
import { Unzip, UnzipInflate, UnzipPassThrough } from 'fflate';
import { fileLimits } from '../../files/limits.js';
import { regularPieces } from '../../files/regular-file.js';
import { ModelError } from './errors.js';

/**
 * Writes those members of a zip whose names (without folders) are wanted into `folder`; the zip is never in memory
 * whole. Names that are not in it are simply not written.
 * @throws ModelError where the file is no zip
 */
export async function unpack(zip: string, wanted: readonly string[], folder: string): Promise<void> {
  const outputs: WriteStream[] = [];
  let members = 0;
  let written = 0;
  let failed: Error | null = null;
  const unzip = new Unzip((member) => {
    members++;
    const name = posix.basename(member.name);
    if (!wanted.includes(name)) return;
    const output = createWriteStream(join(folder, name));
    outputs.push(output);
    member.ondata = (error, chunk, last) => {
      written += chunk?.length ?? 0;
      // A few kB may unpack to gigabytes.
      failed ??= error ?? (written > fileLimits.model ? new Error('it unpacks to too many bytes.') : null);
      if (chunk && !failed) output.write(chunk);
      if (last || error) output.end();
    };
    member.start();
  });
  unzip.register(UnzipInflate);
  unzip.register(UnzipPassThrough);
  for await (const chunk of regularPieces(zip, { maxBytes: fileLimits.model })) {
    if (failed) break;
    unzip.push(chunk);
    for (const output of outputs) if (output.writableNeedDrain) await once(output, 'drain');
  }
  if (failed) for (const output of outputs) output.end();
  else unzip.push(new Uint8Array(0), true);
  await Promise.all(outputs.map((output) => finished(output)));
  if (members === 0 || failed)
    throw new ModelError(
      'unusable',
      `${zip} is not a complete zip file: download it again.`,
      { file: zip },
      { cause: failed },
    );
}
