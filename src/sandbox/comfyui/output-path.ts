import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { isWithin } from './folders.js';
import { PythonError } from './python.js';

export interface OutputPath {
  folder: string;
  filename: string;
  counter: number;
  subfolder: string;
}

/**
 * Where the next picture of a prefix goes: "a/b/name" -> output/a/b/name_00001_.png. The counter is one more than the
 * greatest found by listing, whatever the extension.
 * @throws PythonError Exception for a prefix that leaves the output folder.
 */
export async function nextOutput(root: string, prefix: string, width: number, height: number): Promise<OutputPath> {
  const expanded = expand(prefix, width, height);
  const normal = path.posix.normalize(expanded).replace(/(?<=.)\/$/, '');
  const directory = path.posix.dirname(normal);
  const subfolder = directory === '.' ? '' : directory;
  const filename = path.posix.basename(normal);
  const folder = path.join(root, subfolder);
  const absolute = subfolder.startsWith('/') ? subfolder : folder;
  if (!isWithin(root, absolute)) throw outside(root, absolute);
  const names = await readdir(folder).catch(async () => {
    await mkdir(folder, { recursive: true });
    return [];
  });
  return { folder, filename, subfolder, counter: nextCounter(names, expanded, filename) };
}

/** ComfyUI takes the length of the prefix as written but compares the name as normalised: "t8/" never counts up. */
function nextCounter(names: string[], prefix: string, filename: string): number {
  const length = prefix.slice(prefix.lastIndexOf('/') + 1).length;
  const counters = names
    .filter((name) => name.slice(0, length) === filename && name[length] === '_')
    .map((name) => /^\s*[+-]?\d+\s*$/.exec(name.slice(length + 1).split('_')[0] ?? '')?.[0])
    .map((digits) => (digits === undefined ? 0 : Number(digits)));
  return counters.length === 0 ? 1 : Math.max(...counters) + 1;
}

function expand(prefix: string, width: number, height: number): string {
  if (!prefix.includes('%')) return prefix;
  const now = new Date();
  const two = (value: number) => String(value).padStart(2, '0');
  return prefix
    .replaceAll('%width%', String(width))
    .replaceAll('%height%', String(height))
    .replaceAll('%year%', String(now.getFullYear()))
    .replaceAll('%month%', two(now.getMonth() + 1))
    .replaceAll('%day%', two(now.getDate()))
    .replaceAll('%hour%', two(now.getHours()))
    .replaceAll('%minute%', two(now.getMinutes()))
    .replaceAll('%second%', two(now.getSeconds()));
}

function outside(root: string, folder: string): PythonError {
  return new PythonError(
    'Exception',
    `**** ERROR: Saving image outside the output folder is not allowed.\n full_output_folder: ${folder}` +
      `\n         output_dir: ${root}\n         commonpath: ${path.dirname(root)}`,
  );
}
