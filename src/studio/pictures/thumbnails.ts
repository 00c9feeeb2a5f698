import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { replaceFile } from '../../files/atomic.js';
import { readRegular } from '../../files/regular-file.js';

/** Longest sides in pixels: of a contact sheet, of a strip, across the page. */
export const thumbnailSides = [320, 512, 1280] as const;
export type ThumbnailSide = (typeof thumbnailSides)[number];

const mostThumbnailBytes = 4 * 1024 * 1024;
/** Of pixels: a picture that claims more would fill the memory. */
const mostPixels = 120e6;
/** Two cores, and never more pictures' pixels in memory than that. */
const atOnce = 2;
/** Some 30,000 of a contact sheet; the ones not looked at for longest go first. */
const mostCachedBytes = 1024 ** 3;
/** Of new ones, before the cache is looked through again. */
const tidyEvery = 2000;

/** Small copies of pictures, each made once and kept in a folder of the studio's. */
export class Thumbnails {
  #running = 0;
  #waiting: (() => void)[] = [];
  #made = 0;
  readonly #making = new Map<string, Promise<Buffer | null>>();

  constructor(private readonly folder: string) {}

  /** WebP. @returns null where the bytes are no picture that this machine can decode */
  async of(sha256: string, side: ThumbnailSide, read: () => Promise<Buffer>): Promise<Buffer | null> {
    const path = join(this.folder, sha256.slice(0, 2), `${sha256}-${side}.webp`);
    const kept = await readRegular(path, { maxBytes: mostThumbnailBytes }).catch(() => null);
    if (kept) return kept;
    const made = this.#making.get(path) ?? this.#make(path, side, read).finally(() => this.#making.delete(path));
    this.#making.set(path, made);
    return await made;
  }

  async #make(path: string, side: ThumbnailSide, read: () => Promise<Buffer>): Promise<Buffer | null> {
    const bytes = await this.#inTurn(async () => await shrink(await read(), side));
    // The page does not wait for a disk that is full.
    if (bytes)
      await replaceFile(path, bytes, { modes: { file: 0o600, folder: 0o700 }, flush: false }).catch(() => null);
    this.#made += 1;
    if (this.#made % tidyEvery === 0) await tidy(this.folder).catch(() => undefined);
    return bytes;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= atOnce) await new Promise<void>((go) => this.#waiting.push(go));
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }
}

async function shrink(bytes: Buffer, side: number): Promise<Buffer | null> {
  try {
    return await sharp(bytes, { sequentialRead: true, limitInputPixels: mostPixels })
      .autoOrient()
      .resize(side, side, { fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 84, effort: 2 })
      .toBuffer();
  } catch {
    return null;
  }
}

async function tidy(folder: string): Promise<void> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.webp'));
  const files = await Promise.all(
    names.map(async (name) => {
      const { size, atimeMs } = await stat(join(folder, name));
      return { path: join(folder, name), size, atimeMs };
    }),
  );
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of files.sort((a, b) => a.atimeMs - b.atimeMs)) {
    if (total <= mostCachedBytes) return;
    await rm(path, { force: true });
    total -= size;
  }
}
