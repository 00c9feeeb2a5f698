import { statfs } from 'node:fs/promises';

/** What a process that is not root may still write. */
export async function freeBytesAt(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
