import type { FileHandle } from 'node:fs/promises';
import yauzl from 'yauzl';
import { fileLimits } from '../files/limits.js';
import { withRegularFile } from '../files/regular-file.js';

/** torch writes one entry a tensor; far above any LoRA's. */
const mostEntries = 200_000;
const stored = 0;

/**
 * Whether the file is a whole zip: it ends with its end record, and every entry of its directory parses. The end is
 * written last, so a cut or half-written file has none. `find` gets each entry's name; the first it accepts is read,
 * unless it has more than `mostBytes`: that is whatever somebody wrote there, and memory for it might end the process.
 * @returns null where the file is not whole, or the entry is not stored as torch stores it: without compression.
 */
export async function readZipEntry(
  path: string,
  find: (name: string) => boolean,
  mostBytes: number,
): Promise<{ entry: { name: string; data: Buffer } | null } | null> {
  const limits = { maxBytes: fileLimits.trainingState, followLinks: false };
  return await withRegularFile(path, limits, async (file, fileBytes) => {
    // Its way with file names (backslashes, "..") would refuse a file that we never unpack.
    const zip = await yauzl.fromRandomAccessReaderPromise(new ByPosition(file), fileBytes, { decodeStrings: false });
    if (zip.entryCount > mostEntries) return null;
    let wanted: yauzl.Entry | undefined;
    for await (const entry of zip.eachEntry()) if (find(entry.fileNameRaw.toString())) wanted ??= entry;
    if (!wanted) return { entry: null };
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(wanted, { minimal: true });
    if (wanted.compressedSize > mostBytes) return { entry: null };
    if (wanted.compressionMethod !== stored) return null;
    const data = Buffer.alloc(wanted.compressedSize);
    const { bytesRead } = await file.read(data, 0, data.length, fileDataStart);
    return bytesRead === data.length ? { entry: { name: wanted.fileNameRaw.toString(), data } } : null;
  });
}

/** yauzl's own reader throws, where nobody catches it, at a position beyond 2^53; a file handle's promise rejects. */
class ByPosition extends yauzl.RandomAccessReader {
  constructor(private readonly file: FileHandle) {
    super();
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    this.file
      .read(buffer, offset, length, position)
      .then(({ bytesRead }) => callback(null, bytesRead))
      .catch(callback);
  }
}
