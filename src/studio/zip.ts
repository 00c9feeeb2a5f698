import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { Zip, ZipPassThrough } from 'fflate';

/** What the format without its 64-bit part can hold. */
const mostBytes = 4 * 1024 ** 3 - 16 * 1024 ** 2;

/** A folder is larger than one zip can be. */
export class ZipError extends Error {
  override readonly name = 'ZipError';
  readonly type = 'bad-input';
}

/**
 * A folder as a zip, piece by piece, uncompressed: weights and pictures get no smaller.
 * @param top the folder inside `root`, whose name the paths in the zip begin with
 * @param onEnd called once, when all is read or nobody reads any more
 * @throws ZipError
 */
export async function zipOfFolder(root: string, top: string, onEnd: () => Promise<void>): Promise<ReadableStream> {
  const entries = await readdir(join(root, top), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  if (sizes.reduce((sum, size) => sum + size, 0) > mostBytes)
    throw new ZipError(
      "The download is larger than 4 GiB: run `azit export` or `azit report` on the studio's machine instead.",
    );
  const pieces = piecesOf(root, files);
  return new ReadableStream(
    {
      async pull(controller) {
        const { value, done } = await pieces.next().catch(async (error: unknown) => {
          await onEnd();
          throw error;
        });
        if (!done) return controller.enqueue(value);
        await onEnd();
        controller.close();
      },
      async cancel() {
        await pieces.return(undefined);
        await onEnd();
      },
    },
    { highWaterMark: 1 },
  );
}

async function* piecesOf(root: string, files: readonly string[]): AsyncGenerator<Uint8Array> {
  const made: Uint8Array[] = [];
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    made.push(piece);
  });
  for (const file of files) {
    const entry = new ZipPassThrough(relative(root, file).split(sep).join('/'));
    zip.add(entry);
    for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) {
      entry.push(new Uint8Array(chunk as Buffer));
      yield* made.splice(0);
    }
    entry.push(new Uint8Array(), true);
  }
  zip.end();
  yield* made.splice(0);
}
