import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import sharp from 'sharp';
import type { TrainingPicture } from '../model/lesson.js';
import type { Picture } from '../model/types.js';
import type { DatasetConfig } from './config.js';

/** Any other file in the folder is ignored. */
const imageExtensions = ['.jpg', '.jpeg', '.png', '.webp'];
const sizesFile = '.aitk_size.json';

/** Loads every picture that can be decoded, with its caption; the rest is named on stdout and left out. */
export async function loadDataset(
  { folder, captionExtension, resolutions }: DatasetConfig,
  trigger: string | null,
  print: (line: string) => void,
): Promise<TrainingPicture[]> {
  print(`Dataset: ${folder}`);
  const paths = await imagesUnder(folder);
  if (paths.length === 0) throw new Error(`no images found in ${folder}`);
  const side = Math.max(...resolutions);
  print('  -  Preprocessing image dimensions');
  const pictures: TrainingPicture[] = [];
  const sizes = await readSizes(folder, print);
  for (const path of paths) {
    try {
      const picture = await decode(path, side);
      sizes[relative(folder, path)] = [picture.width, picture.height];
      pictures.push({ picture, caption: withTrigger(await captionOf(path, captionExtension), trigger) });
    } catch (error) {
      print(`Traceback (most recent call last):\n${(error as Error).message}\nError processing image: ${path}`);
    }
  }
  await writeFile(join(folder, sizesFile), JSON.stringify(sizes));
  if (pictures.length === 0) throw new Error(`no images found in ${folder}`);
  describe(folder, resolutions, pictures.length, print);
  return pictures;
}

function describe(folder: string, resolutions: number[], count: number, print: (line: string) => void): void {
  for (const resolution of resolutions) {
    print(`  -  Found ${count} images`);
    print(`Bucket sizes for ${folder}:`);
    print(`${resolution}x${resolution}: ${count} files`);
    print('1 buckets made');
  }
}

/** Recursive, without hidden files and folders, as ai-toolkit walks. */
async function imagesUnder(folder: string): Promise<string[]> {
  const exists = await stat(folder).catch(() => null);
  if (!exists?.isDirectory()) throw new Error(`[Errno 2] No such file or directory: '${folder}'`);
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && imageExtensions.includes(extname(entry.name).toLowerCase()))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (path) =>
        !relative(folder, path)
          .split('/')
          .some((part) => part.startsWith('.') || part === '_controls'),
    )
    .sort();
}

/** Never enlarged; the longer side at most `side` pixels. Throws where the file is cut or no picture. */
export async function decode(path: string, side: number): Promise<Picture> {
  const { data, info } = await sharp(path, { failOn: 'truncated' })
    .rotate()
    .resize(side, side, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#000' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`cannot identify image file '${path}'`);
  return { width: info.width, height: info.height, pixels: data };
}

/** A missing caption is an empty one, without a word. */
async function captionOf(imagePath: string, extension: string): Promise<string> {
  const path = imagePath.slice(0, -extname(imagePath).length) + extension;
  const caption = await readFile(path, 'utf8').catch(() => '');
  return caption.trim().replace(/\s*\n\s*/g, ', ');
}

/** `[trigger]` and `[name]` become the trigger word; where it still is absent it goes in front. */
export function withTrigger(caption: string, trigger: string | null): string {
  if (!trigger) return caption;
  const filled = caption.replaceAll('[trigger]', trigger).replaceAll('[name]', trigger);
  return filled.includes(trigger) ? filled : `${trigger} ${filled}`.trim();
}

async function readSizes(folder: string, print: (line: string) => void): Promise<Record<string, [number, number]>> {
  const text = await readFile(join(folder, sizesFile), 'utf8').catch(() => null);
  if (text === null) return {};
  try {
    return JSON.parse(text) as Record<string, [number, number]>;
  } catch {
    print('Error loading size database');
    return {};
  }
}
