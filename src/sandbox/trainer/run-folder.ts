import type { BigIntStats } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface RunFolder {
  path: string;
  name: string;
}

export const optimizerPath = ({ path }: RunFolder): string => join(path, 'optimizer.pt');
export const finalPath = ({ path, name }: RunFolder): string => join(path, `${name}.safetensors`);
/** 200 -> <name>_000000200.safetensors */
export const stepPath = ({ path, name }: RunFolder, step: number): string =>
  join(path, `${name}_${String(step).padStart(9, '0')}.safetensors`);

/** A path that holds one of these is passed over, wherever in it they stand, unless the name itself holds them. */
const otherKinds = ['_LoRA', '_refiner', '_t2i', '_cn'];

/**
 * What a start would resume from: the newest entry whose name begins with the run's, by change time and not by step,
 * whatever it is. ai-toolkit's own rule, with its traps.
 */
export async function latestSavePath(folder: RunFolder): Promise<string | null> {
  const entries = (await matching(folder, '*')).filter(
    ({ path }) => !otherKinds.some((kind) => path.includes(kind) && !folder.name.includes(kind)),
  );
  // The first of equals wins, as in Python's max().
  let newest = entries[0];
  for (const entry of entries) if (entry.stats.ctimeNs > newest.stats.ctimeNs) newest = entry;
  return newest?.path ?? null;
}

/** Removes all but the newest `keep` numbered saves. @returns their paths, oldest first. */
export async function removeOldSaves(folder: RunFolder, keep: number): Promise<string[]> {
  if (keep <= 0) return [];
  const saves = (await matching(folder, '_*')).sort((a, b) => (a.stats.ctimeNs < b.stats.ctimeNs ? -1 : 1));
  const old = saves.slice(0, -keep).map(({ path }) => path);
  for (const path of old) await rm(path, { recursive: true, force: true });
  return old;
}

async function matching(folder: RunFolder, suffix: string): Promise<{ path: string; stats: BigIntStats }[]> {
  const pattern = globPattern(join(folder.path, folder.name) + suffix);
  const names = await readdir(folder.path).catch(() => []);
  const paths = names.map((name) => join(folder.path, name)).filter((path) => pattern.test(path));
  return Promise.all(paths.map(async (path) => ({ path, stats: await stat(path, { bigint: true }) })));
}

/** Python's glob over the whole path: `a[b]` in a name is a class of characters, and so never finds itself. */
function globPattern(glob: string): RegExp {
  const source = glob.replace(/\[([^\]]+)\]|[*?]|[\\^$.|+(){}[\]]/g, (found, characters?: string) => {
    if (characters) return `[${characters.replaceAll('\\', '\\\\').replace(/^!/, '^')}]`;
    if (found === '*') return '[^/]*';
    return found === '?' ? '[^/]' : `\\${found}`;
  });
  return new RegExp(`^${source}$`);
}
