import { extname } from 'node:path';
import { exportCure, untakenExtensions } from './picture-kind.js';

interface Entry {
  name: string;
  isFolder: boolean;
}

const mostNamed = 20;
/** What systems leave in folders. */
const ofTheSystem = new Set(['thumbs.db', 'desktop.ini']);

/** One sentence on what of a folder is not taken, and why; null where all is. `taken`: pictures and captions, by name. */
export function leftOutWords(
  entries: readonly Entry[],
  pictures: readonly string[],
  taken: ReadonlySet<string>,
): string | null {
  const stems = new Set(pictures.map(stemOf));
  const exact = new Map(pictures.map((name) => [name.toLowerCase(), name]));
  const folded = new Map(pictures.map((name) => [stemOf(name).toLowerCase(), stemOf(name)]));
  const left = entries.filter(({ name }) => !taken.has(name));
  if (left.length === 0) return null;
  const said = left
    .slice(0, mostNamed)
    .map((entry) => `${entry.name} (${whyLeftOut(entry, { stems, exact, folded })})`);
  const more = left.length > mostNamed ? `, and ${left.length - mostNamed} more` : '';
  return `${left.length} ${left.length === 1 ? 'entry is' : 'entries are'} left out: ${said.join(', ')}${more}`;
}

interface Known {
  stems: ReadonlySet<string>;
  /** Names of pictures by their small letters. */
  exact: ReadonlyMap<string, string>;
  /** Stems of pictures by their small letters. */
  folded: ReadonlyMap<string, string>;
}

function whyLeftOut({ name, isFolder }: Entry, { stems, exact, folded }: Known): string {
  if (isFolder) return 'a folder: images inside it are not used';
  if (name.startsWith('.') || ofTheSystem.has(name.toLowerCase())) return 'a hidden file';
  const extension = extname(name).toLowerCase();
  if (untakenExtensions[extension]) return `${untakenExtensions[extension]}: ${exportCure}`;
  const stem = stemOf(name);
  if (extension === '.txt') {
    const picture = exact.get(stem.toLowerCase());
    if (picture) return `rename it to ${stemOf(picture)}.txt`;
    const near = folded.get(stem.toLowerCase());
    if (near === undefined) return 'a caption without an image';
    return near === stem ? 'the image already has another caption' : `rename it to ${near}.txt`;
  }
  if (extension === '.caption' || extension === '.cap') {
    const near = stems.has(stem) ? stem : folded.get(stem.toLowerCase());
    return near === undefined ? 'a caption without an image' : `rename it to ${near}.txt`;
  }
  if (['.json', '.jsonl', '.csv', '.tsv', '.parquet', '.yaml', '.yml', '.toml'].includes(extension))
    return 'a caption must be a .txt file next to its image';
  return 'not an image';
}

const stemOf = (name: string): string => name.slice(0, name.length - extname(name).length);
