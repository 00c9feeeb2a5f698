import sharp from 'sharp';
import { bareJpeg } from './jpeg.js';
import { barePng } from './png.js';
import { bareWebp } from './webp.js';

export interface HandedOn {
  /** Empty where no reader of ours can tell what the file holds. */
  bytes: Buffer;
  /** Of another format than before: the extension that it now needs. */
  extension: string | null;
}

const bare: Record<string, (bytes: Buffer, orientation: number) => Buffer | null> = {
  png: barePng,
  jpeg: bareJpeg,
  webp: bareWebp,
};

/**
 * A picture as it may leave the house: the same pixels, their colours and how they are turned; no place, author,
 * comment, prompt or graph, no thumbnail, nothing after its end. PNG, JPEG and WebP keep their image data bit by bit;
 * anything else (AVIF, TIFF, GIF, an animation's first frame) becomes a PNG.
 */
export async function handedOn(bytes: Buffer): Promise<HandedOn> {
  try {
    const { format, orientation = 1 } = await sharp(bytes, { limitInputPixels: false }).metadata();
    const same = bare[format]?.(bytes, orientation);
    if (same) return { bytes: same, extension: null };
    return { bytes: await sharp(bytes, { sequentialRead: true }).autoOrient().png().toBuffer(), extension: '.png' };
  } catch {
    return { bytes: Buffer.alloc(0), extension: null };
  }
}
