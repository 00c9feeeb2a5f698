import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../files/folder.js';
import type { GateQuestion } from '../run/record.js';

const extensions: Record<string, string> = { 'image/jpeg': '.jpg', 'image/webp': '.webp', 'image/avif': '.avif' };

/** Lays out what a gate offers as `0.png`, `1.png`, ... and removes what it no longer offers. @returns the paths, in order. */
export async function layOutOptions(
  store: ArtifactStore,
  { options }: GateQuestion,
  directory: string,
): Promise<string[]> {
  await makeFolder(directory, { mode: 0o700 });
  const names = options.map(({ index, image }) => `${index}${extensions[image.mediaType] ?? '.png'}`);
  const old = (await readdir(directory)).filter((name) => /^\d+\.\w+$/.test(name) && !names.includes(name));
  for (const name of old) await rm(join(directory, name), { force: true });
  for (const [at, { image }] of options.entries()) await store.readToFile(image, join(directory, names[at]));
  return names.map((name) => join(directory, name));
}
