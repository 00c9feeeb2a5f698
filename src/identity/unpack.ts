import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { once } from 'node:events';
import { join, posix } from 'node:path';
import { Unzip, UnzipInflate, UnzipPassThrough } from 'fflate';
import { ModelError } from './errors.js';

/**
 * Writes those members of a zip whose names (without folders) are wanted into `folder`; the zip is never in memory
 * whole. Names that are not in it are simply not written.
 * @throws ModelError where the file is no zip
 */
export async function unpack(zip: string, wanted: readonly string[], folder: string): Promise<void> {
  const outputs: WriteStream[] = [];
  let members = 0;
  let failed: Error | null = null;
  const unzip = new Unzip((member) => {
    members++;
    const name = posix.basename(member.name);
    if (!wanted.includes(name)) return;
    const output = createWriteStream(join(folder, name));
    outputs.push(output);
    member.ondata = (error, chunk, last) => {
      failed ??= error;
      if (chunk) output.write(chunk);
      if (last || error) output.end();
    };
    member.start();
  });
  unzip.register(UnzipInflate);
  unzip.register(UnzipPassThrough);
  for await (const chunk of createReadStream(zip)) {
    unzip.push(chunk as Buffer);
    for (const output of outputs) if (output.writableNeedDrain) await once(output, 'drain');
  }
  unzip.push(new Uint8Array(0), true);
  await Promise.all(outputs.map((output) => finished(output)));
  if (members === 0 || failed)
    throw new ModelError(
      'unusable',
      `${zip} is not a whole zip file: fetch it again.`,
      { file: zip },
      { cause: failed },
    );
}
