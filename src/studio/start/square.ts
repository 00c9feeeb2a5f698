import sharp from 'sharp';
import type { Measured } from '../../run/record.js';

/** In pixels of the image as a person sees it: turned as its EXIF says. */
export interface Square {
  left: number;
  top: number;
  side: number;
}

export interface Size {
  width: number;
  height: number;
}

/** Below this no face can be measured, and no project takes the image. */
export const leastSide = 64;
/** More than any dropped image has: those that claim more are refused before. */
const mostPixels = 100e6;
/** Of the face's longer side: the head with its hair, and the shoulders. */
const aroundFace = 2.5;

/** From the head of the file. */
export async function sizeOf(bytes: Buffer): Promise<Size> {
  const { autoOrient } = await sharp(bytes, { limitInputPixels: mostPixels }).metadata();
  return { width: autoOrient.width, height: autoOrient.height };
}

/** Around the face, where one is found; else the largest one in the middle. */
export function squareFor({ width, height }: Size, face: Measured['box']): Square {
  const most = Math.min(width, height);
  const [left, top, right, bottom] = face ?? [0, 0, width, height];
  const wanted = face ? Math.round(Math.max(right - left, bottom - top) * aroundFace) : most;
  const side = Math.min(most, Math.max(leastSide, wanted));
  const from = (middle: number, length: number): number =>
    Math.max(0, Math.min(length - side, Math.round(middle - side / 2)));
  return { left: from((left + right) / 2, width), top: from((top + bottom) / 2, height), side };
}

/** Why it can't be cut out; null: it can. */
export function whyNoSquare({ left, top, side }: Square, { width, height }: Size): string | null {
  if (side < leastSide) return `The square needs at least ${leastSide} pixels a side.`;
  if (left < 0 || top < 0 || left + side > width || top + side > height)
    return `The square reaches beyond the image, which has ${width} x ${height} pixels.`;
  return null;
}

/** In the format of the image, upright, in sRGB, with nothing of what the camera wrote into it. */
export async function cutSquare(bytes: Buffer, { left, top, side }: Square): Promise<Buffer> {
  const image = sharp(bytes, { limitInputPixels: mostPixels, sequentialRead: true });
  return await image
    .autoOrient()
    .extract({ left, top, width: side, height: side })
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4', force: false })
    .webp({ quality: 95, force: false })
    .png({ force: false })
    .toBuffer();
}
