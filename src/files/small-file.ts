import { closeSync, constants, fstatSync, open, read, type Stats } from 'node:fs';
import { promisify } from 'node:util';

const [opened, filled] = [promisify(open), promisify(read)];

/** Not to wait for a pipe's writer, which Windows knows nothing of. */
export const readOnly = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** What is longer is read piece by piece. */
const mostBytes = 1024 * 1024;

/**
 * A small file whole, in two waits: a store looks ten thousand of them up. A handle would wait for its look at the open file
 * and for its close as well, which no disk holds up, and once more for the end.
 * @param isWanted by what is open; may throw
 * @returns null where it is not wanted, long, or changing at this moment
 */
export async function readSmall(
  path: string,
  flags: number,
  isWanted: (found: Stats) => boolean,
): Promise<Buffer | null> {
  const file = await opened(path, flags);
  try {
    const found = fstatSync(file);
    if (!isWanted(found) || found.size >= mostBytes) return null;
    // A byte more than there should be: none comes, and so this is the end.
    const buffer = Buffer.allocUnsafe(found.size + 1);
    const { bytesRead } = await filled(file, buffer, 0, buffer.length, 0);
    return bytesRead === found.size ? buffer.subarray(0, bytesRead) : null;
  } finally {
    closeSync(file);
  }
}
