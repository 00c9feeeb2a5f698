import type { FileHandle } from 'node:fs/promises';
import { fileLimits } from '../files/limits.js';
import { withRegularFile } from '../files/regular-file.js';

const endRecord = { signature: 0x06054b50, bytes: 22 };
const zip64Locator = { signature: 0x07064b50, bytes: 20 };
const zip64End = { signature: 0x06064b50, bytes: 56 };
const centralEntry = { signature: 0x02014b50, bytes: 46 };
const localEntry = { signature: 0x04034b50, bytes: 30 };
/** torch writes one entry a tensor, about 100 bytes each; far above any LoRA's. */
const largestDirectory = 16 * 1024 * 1024;
const unset32 = 0xffffffff;

/**
 * Whether the file is a whole zip: its end record is its last bytes (torch writes no comment) and its directory parses
 * and ends where the end records begin. The end is written last, so a cut or half-written file has none.
 * `find` gets each stored entry; the first it accepts is read, unless it has more than `mostBytes`: that is whatever
 * somebody wrote there, and memory for it might end the process. @returns null where the file is not whole.
 */
export async function readZipEntry(
  path: string,
  find: (name: string) => boolean,
  mostBytes: number,
): Promise<{ entry: { name: string; data: Buffer } | null } | null> {
  const limits = { maxBytes: fileLimits.trainingState, followLinks: false };
  return await withRegularFile(path, limits, async (file, fileBytes) => {
    const directory = await readDirectory(file, fileBytes);
    if (!directory) return null;
    const wanted = directory.find(({ name }) => find(name));
    if (!wanted) return { entry: null };
    if (wanted.at + localEntry.bytes + wanted.sizeBytes > fileBytes) return null;
    if (wanted.sizeBytes > mostBytes) return { entry: null };
    const data = await readStored(file, wanted);
    return data && { entry: { name: wanted.name, data } };
  });
}

interface DirectoryEntry {
  name: string;
  sizeBytes: number;
  at: number;
}

async function readDirectory(file: FileHandle, fileBytes: number): Promise<DirectoryEntry[] | null> {
  if (fileBytes < endRecord.bytes) return null;
  const end = await readAt(file, fileBytes - endRecord.bytes, endRecord.bytes);
  if (end?.readUInt32LE(0) !== endRecord.signature) return null;
  let [sizeBytes, at] = [end.readUInt32LE(12), end.readUInt32LE(16)];
  if (sizeBytes === unset32 || at === unset32) {
    const large = await readZip64End(file, fileBytes);
    if (!large) return null;
    [sizeBytes, at] = large;
  }
  if (at + sizeBytes > fileBytes || sizeBytes > largestDirectory) return null;
  const bytes = await readAt(file, at, sizeBytes);
  return bytes && parseDirectory(bytes);
}

/** Where the directory is, in a file of 4 GiB and more. */
async function readZip64End(file: FileHandle, fileBytes: number): Promise<[number, number] | null> {
  const locator = await readAt(file, fileBytes - endRecord.bytes - zip64Locator.bytes, zip64Locator.bytes);
  if (locator?.readUInt32LE(0) !== zip64Locator.signature) return null;
  const end = await readAt(file, Number(locator.readBigUInt64LE(8)), zip64End.bytes);
  if (end?.readUInt32LE(0) !== zip64End.signature) return null;
  return [Number(end.readBigUInt64LE(40)), Number(end.readBigUInt64LE(48))];
}

function parseDirectory(bytes: Buffer): DirectoryEntry[] | null {
  const entries: DirectoryEntry[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + centralEntry.bytes > bytes.length || bytes.readUInt32LE(at) !== centralEntry.signature) return null;
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field));
    const nameAt = at + centralEntry.bytes;
    const name = bytes.toString('utf8', nameAt, nameAt + nameBytes);
    entries.push({ name, sizeBytes: bytes.readUInt32LE(at + 20), at: bytes.readUInt32LE(at + 42) });
    at = nameAt + nameBytes + extraBytes + commentBytes;
  }
  return entries;
}

/** torch stores, never deflates; the first entries lie far below 4 GiB. */
async function readStored(file: FileHandle, { at, sizeBytes }: DirectoryEntry): Promise<Buffer | null> {
  const header = await readAt(file, at, localEntry.bytes);
  if (header?.readUInt32LE(0) !== localEntry.signature || header.readUInt16LE(8) !== 0) return null;
  return readAt(file, at + localEntry.bytes + header.readUInt16LE(26) + header.readUInt16LE(28), sizeBytes);
}

async function readAt(file: FileHandle, at: number, length: number): Promise<Buffer | null> {
  if (at < 0) return null;
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, at);
  return bytesRead === length ? buffer : null;
}
