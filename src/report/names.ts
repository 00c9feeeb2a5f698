import path from 'node:path';
import type { ArtifactRef } from '../run/ref.js';

const extensions: Record<string, string> = {
  'image/png': '.png',
  'image/jpeg': '.jpg',
  'image/webp': '.webp',
  'image/avif': '.avif',
  'image/gif': '.gif',
  'image/tiff': '.tif',
  'application/json': '.json',
};

/** 40 letters of any script, 4 bytes each at most, stay below the 255 bytes of a file name. */
const longestSlug = 40;

/** A file name that any system takes: letters and digits of any script, `-`, `_` and single dots inside. */
export function slugOf(text: string): string {
  const slug = text
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/^[.]+|[.]+$/g, '');
  const short = [...slug].slice(0, longestSlug).join('');
  return short === '' || /^(con|prn|aux|nul|com\d|lpt\d)$/i.test(short) ? `_${short}` : short;
}

/** `images/03-views-i/yaw--30-pitch-0-1a2b3c4d.png`: named for people, kept apart by content. */
export function picturePath(folder: string, ref: ArtifactRef, name: string = ref.name): string {
  const extension = extensions[ref.mediaType] ?? (slugOf(path.extname(name)) || '.bin');
  const stem = slugOf(path.basename(name, path.extname(name)));
  return `images/${folder}/${stem}-${ref.sha256.slice(0, 8)}${extension}`;
}

/** Two texts may end in one slug, on disks that know no case too: the later one gets a number. */
export function distinctSlugs(texts: string[]): string[] {
  const taken = new Set<string>();
  return texts.map((text) => {
    const slug = slugOf(text);
    let distinct = slug;
    for (let n = 2; taken.has(distinct.toLowerCase()); n++) distinct = `${slug}-${n}`;
    taken.add(distinct.toLowerCase());
    return distinct;
  });
}

/** A relative path as a link: every segment escaped. */
export const hrefOf = (relative: string): string => relative.split('/').map(encodeURIComponent).join('/');
