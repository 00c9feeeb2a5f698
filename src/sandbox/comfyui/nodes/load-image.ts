import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { annotated, isWithin, type Folders } from '../folders.js';
import type { NodeDefinition } from '../node.js';
import { PythonError, repr } from '../python.js';
import type { ImageBatch } from '../values.js';

/** Pillow refuses above this (its decompression bomb limit, twice MAX_IMAGE_PIXELS). */
const PIXEL_LIMIT = 178_956_970;

export const loadImage: NodeDefinition = {
  displayName: 'Load Image',
  category: 'image',
  outputs: ['IMAGE', 'MASK'],
  inputs: async (folders) => ({ required: { image: [await inputPictures(folders), { image_upload: true }] } }),
  validate: {
    input: 'image',
    async check(value, folders) {
      const file = fileOf(String(value), folders);
      const found = file !== null && (await stat(file).catch(() => null));
      return found ? null : `Invalid image file: ${String(value)}`;
    },
  },
  async fingerprint({ image }, folders) {
    const bytes = await readFile(fileOf(String(image), folders) ?? '');
    return createHash('sha256').update(bytes).digest('hex');
  },
  async run({ image }: { image: string }, { folders }) {
    const file = fileOf(image, folders);
    const bytes = file && (await readFile(file).catch(() => null));
    if (!bytes) throw new PythonError('FileNotFoundError', `[Errno 2] No such file or directory: ${repr(file)}`);
    return { outputs: [await decode(bytes, file), null] };
  },
};

/** The file a value names ("sub/a.png", "a.png [output]"), or null where it would leave its folder. */
function fileOf(value: string, folders: Folders): string | null {
  const { name, type } = annotated(value, 'input');
  const root = folders.of(type);
  const file = path.resolve(root, name);
  return isWithin(root, file) && !path.isAbsolute(name) ? file : null;
}

async function inputPictures(folders: Folders): Promise<string[]> {
  const entries = await readdir(folders.of('input'), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(png|jpe?g|webp|gif|bmp|tiff?|avif)$/i.test(entry.name))
    .map((entry) => entry.name)
    .sort();
}

async function decode(bytes: Buffer, file: string): Promise<ImageBatch> {
  const options = { limitInputPixels: PIXEL_LIMIT, failOn: 'truncated' } as const;
  await sharp(bytes, options)
    .metadata()
    .catch(() => {
      throw new PythonError('PIL.UnidentifiedImageError', `cannot identify image file ${repr(file)}`);
    });
  const { data, info } = await sharp(bytes, options)
    .rotate()
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch(() => {
      throw new PythonError('OSError', 'image file is truncated (0 bytes not processed)');
    });
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return [{ width: info.width, height: info.height, pixels: info.channels === 3 ? pixels : spread(pixels) }];
}

/** Grey, one byte a pixel, to RGB. */
function spread(grey: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(grey.length * 3);
  for (let i = 0; i < pixels.length; i++) pixels[i] = grey[Math.floor(i / 3)];
  return pixels;
}
