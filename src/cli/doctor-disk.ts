import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freeBytesAt } from '../files/folder.js';
import { byteWords } from '../text/figures.js';
import type { Check } from './checks.js';

/** Pictures, logs and the sandbox's checkpoints; what a training of a real model needs, `doctor --aitoolkit` counts. */
const fewestFreeBytes = 1e9;

/** The disk of what is written. @param places by name; a store that is no folder has no disk of ours */
export async function diskChecks(places: Record<string, string>): Promise<Check[]> {
  const folders = Object.entries(places).flatMap(([name, place]): [string, string][] => {
    if (place.startsWith('file:')) return [[name, fileURLToPath(place)]];
    return /^[a-z][a-z0-9+]+:\/\//i.test(place) ? [] : [[name, resolve(place)]];
  });
  return await Promise.all(folders.map(([name, folder]) => diskCheck(name, folder)));
}

async function diskCheck(name: string, folder: string): Promise<Check> {
  const what = `disk of the ${name}`;
  try {
    const free = await freeBytesAt(existingParent(folder));
    const found = `${byteWords(free)} free in ${folder}`;
    const cure = `Free at least ${byteWords(fewestFreeBytes)} there, or use another disk.`;
    return { what, ok: free >= fewestFreeBytes, found, cure, needed: true };
  } catch (error) {
    const cure = 'Give a folder that can be read.';
    return { what, ok: false, found: `${folder}: ${(error as Error).message}`, cure, needed: true };
  }
}

/** Whoever writes there makes the folder. */
export const existingParent = (folder: string): string =>
  existsSync(folder) ? folder : existingParent(dirname(folder));
