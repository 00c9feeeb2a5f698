import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, statSync, type Stats } from 'node:fs';
import { lstat, open, stat, type FileHandle } from 'node:fs/promises';
import { binaryWords } from '../text/figures.js';
import { readOnly, readSmall } from './small-file.js';

/**
 * The one way to read a file that somebody else may have made: regular files only, the size before the content, and never
 * more than the bound, however the file grows meanwhile. A pipe would hang us, /dev/zero never ends, and opening some
 * devices does something.
 */
export interface ReadLimits {
  maxBytes: number;
  /** Default true. False: the last part of the path may be no symbolic link. */
  followLinks?: boolean;
  /** Default true. False: opened at once, where ten thousand of our own are looked up; what is open is looked at all the same. */
  looksFirst?: boolean;
}

export type ForeignFileFault = 'missing' | 'forbidden' | 'irregular' | 'too-large' | 'unreadable';

/** The message is one sentence; `reason` is what follows the file's name in it. */
export class ForeignFileError extends Error {
  override readonly name = 'ForeignFileError';
  readonly type = 'bad-file';
  /** As of the system's error, where it has one: ENOENT, EACCES, EISDIR. */
  readonly code: string | undefined;

  constructor(
    readonly path: string,
    readonly kind: ForeignFileFault,
    readonly reason: string,
    cause?: unknown,
  ) {
    super(`${path} ${reason}.`, { cause });
    this.code = (cause as NodeJS.ErrnoException | undefined)?.code;
  }
}

/** Opens it for as long as `use` runs. `sizeBytes`: as it was opened; what `use` reads it bounds itself. */
export async function withRegularFile<T>(
  path: string,
  limits: ReadLimits,
  use: (file: FileHandle, sizeBytes: number) => Promise<T>,
): Promise<T> {
  const file = await opened(path, limits);
  try {
    const found = await file.stat();
    check(path, found, limits);
    return await use(file, found.size);
  } finally {
    await file.close();
  }
}

async function opened(path: string, limits: ReadLimits): Promise<FileHandle> {
  return await onceChecked(path, limits, () => open(path, flagsOf(limits)));
}

/** Before it is opened, which has effects on devices; what is opened is looked at again. */
async function onceChecked<T>(path: string, limits: ReadLimits, use: () => Promise<T>): Promise<T> {
  try {
    if (limits.looksFirst !== false) check(path, await (limits.followLinks === false ? lstat : stat)(path), limits);
    return await use();
  } catch (error) {
    throw faultOf(path, error);
  }
}

/** The whole content. @throws ForeignFileError */
export async function readRegular(path: string, limits: ReadLimits): Promise<Buffer> {
  const isWanted = (found: Stats): boolean => (check(path, found, limits), true);
  const small = await onceChecked(path, limits, () => readSmall(path, flagsOf(limits), isWanted));
  if (small) return small;
  const pieces: Buffer[] = [];
  for await (const piece of regularPieces(path, limits)) pieces.push(piece);
  return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
}

export const readRegularText = async (path: string, limits: ReadLimits): Promise<string> =>
  (await readRegular(path, limits)).toString('utf8');

const [leastPieceBytes, mostPieceBytes] = [4096, 1024 * 1024];

/** The content piece by piece; each piece is the caller's to keep. @throws ForeignFileError */
export async function* regularPieces(path: string, limits: ReadLimits): AsyncGenerator<Buffer> {
  const file = await opened(path, limits);
  try {
    const found = await file.stat();
    check(path, found, limits);
    for (let at = 0; ;) {
      // It may be longer than it says by now.
      const piece = Buffer.allocUnsafe(Math.min(mostPieceBytes, Math.max(leastPieceBytes, found.size - at)));
      const { bytesRead } = await file.read(piece, 0, piece.length, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      if (at > limits.maxBytes) throw tooLarge(path, at, limits);
      yield piece.subarray(0, bytesRead);
    }
  } catch (error) {
    throw faultOf(path, error);
  } finally {
    await file.close();
  }
}

/** For the few places that may not wait. @throws ForeignFileError */
export function readRegularSync(path: string, limits: ReadLimits): Buffer {
  let descriptor: number | undefined;
  try {
    check(path, (limits.followLinks === false ? lstatSync : statSync)(path), limits);
    descriptor = openSync(path, flagsOf(limits));
    const found = fstatSync(descriptor);
    check(path, found, limits);
    const buffer = Buffer.alloc(found.size);
    let length = 0;
    for (let read = 1; read > 0 && length < buffer.length; length += read)
      read = readSync(descriptor, buffer, length, buffer.length - length, length);
    return buffer.subarray(0, length);
  } catch (error) {
    throw faultOf(path, error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Size of a regular file within the limits, without its content. @throws ForeignFileError */
export async function regularSize(path: string, limits: ReadLimits): Promise<number> {
  return await withRegularFile(path, limits, async (_, sizeBytes) => sizeBytes);
}

/** Windows has no such flag. */
const flagsOf = ({ followLinks }: ReadLimits): number =>
  readOnly | (followLinks === false ? (constants.O_NOFOLLOW ?? 0) : 0);

function check(path: string, found: Stats, limits: ReadLimits): void {
  if (!found.isFile()) throw new ForeignFileError(path, 'irregular', `is ${kindOf(found)}, not a file`);
  if (found.size > limits.maxBytes) throw tooLarge(path, found.size, limits);
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a folder';
  if (found.isSymbolicLink()) return 'a symbolic link';
  if (found.isFIFO()) return 'a pipe';
  if (found.isSocket()) return 'a socket';
  return 'a device';
}

function tooLarge(path: string, found: number, { maxBytes }: ReadLimits): ForeignFileError {
  const [size, most] = [binaryWords(found), binaryWords(maxBytes)];
  const told = size === most ? `${found} bytes: the limit is ${maxBytes}` : `${size}: the limit is ${most}`;
  return new ForeignFileError(path, 'too-large', `is ${told}`);
}

function faultOf(path: string, error: unknown): unknown {
  if (error instanceof ForeignFileError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  // Thrown by whoever uses what is read: theirs.
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) return error;
  const fault = (kind: ForeignFileFault, reason: string) => new ForeignFileError(path, kind, reason, error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return fault('missing', 'does not exist');
  if (code === 'EACCES' || code === 'EPERM') return fault('forbidden', "can't be read: you have no permission");
  // O_NOFOLLOW says so where the link came after the look.
  if (code === 'ELOOP') return fault('irregular', 'is a symbolic link, not a file');
  // An unconnected socket.
  if (code === 'ENXIO') return fault('irregular', 'is a socket, not a file');
  return fault('unreadable', `can't be read: ${message}`);
}
