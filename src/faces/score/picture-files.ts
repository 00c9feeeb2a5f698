import { readdir, stat } from 'node:fs/promises';
import { extname, join, parse } from 'node:path';
import { PictureError } from '../models/errors.js';

/** What trainers and tools lay beside a picture under the same name. */
const sidecars = new Set(['.txt', '.json', '.caption', '.npz', '.yaml']);

/**
 * The files that a person means by a list of files and folders, sorted within a folder. Of a folder: all files in it
 * but hidden ones and captions beside a picture; folders in it are left out. Whether a file is a picture shows when it
 * is read.
 * @throws PictureError for a path that does not exist and a folder without files
 */
export async function picturesAt(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map(filesAt));
  return [...new Set(found.flat())];
}

async function filesAt(path: string): Promise<string[]> {
  if (!(await kindOf(path)).isDirectory()) return [path];
  const entries = (await readdir(path, { withFileTypes: true })).filter((entry) => !entry.isDirectory());
  const names = entries.map(({ name }) => name).filter((name) => !name.startsWith('.'));
  const stems = new Set(names.filter((name) => !isSidecar(name)).map((name) => parse(name).name));
  const files = names.filter((name) => !(isSidecar(name) && stems.has(parse(name).name)));
  if (files.length === 0) throw new PictureError('unreadable', `The folder ${path} contains no images.`);
  return files.sort().map((name) => join(path, name));
}

async function kindOf(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT' || code === 'ENOTDIR' ? 'There is no file or folder' : `You have no access (${code}) to`;
    throw new PictureError('unreadable', `${why} ${path}.`, { cause: error });
  }
}

const isSidecar = (name: string): boolean => sidecars.has(extname(name).toLowerCase());
