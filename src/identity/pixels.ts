import sharp from 'sharp';
import type { Box } from './boxes.js';
import type { Picture } from './picture.js';

const raw = ({ rgb, workingWidth, workingHeight }: Picture) =>
  sharp(rgb, { raw: { width: workingWidth, height: workingHeight, channels: 3 } });

/** The whole picture stretched to width x height, RGB. */
export async function stretch(picture: Picture, width: number, height: number): Promise<Buffer> {
  return await raw(picture).resize(width, height, { fit: 'fill' }).raw().toBuffer();
}

export interface Crop {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The part of a box that lies within the picture, in whole pixels, at least one. */
export function cropOf(picture: Picture, box: Box): Crop {
  const clamp = (value: number, most: number) => Math.min(most, Math.max(0, Math.trunc(value)));
  const left = clamp(box[0], picture.workingWidth - 1);
  const top = clamp(box[1], picture.workingHeight - 1);
  const right = clamp(box[2], picture.workingWidth);
  const bottom = clamp(box[3], picture.workingHeight);
  return { left, top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) };
}

/** A part of the picture stretched to size x size, RGB. */
export async function cutOut(picture: Picture, crop: Crop, size: number): Promise<Buffer> {
  return await raw(picture).extract(crop).resize(size, size, { fit: 'fill' }).raw().toBuffer();
}

/** Brightness 0 to 255 by the weights of ITU-R BT.601. */
export function greyOf(rgb: ArrayLike<number>): Float32Array {
  const grey = new Float32Array(rgb.length / 3);
  for (let i = 0; i < grey.length; i++) grey[i] = 0.299 * rgb[i * 3] + 0.587 * rgb[i * 3 + 1] + 0.114 * rgb[i * 3 + 2];
  return grey;
}

/** Interleaved RGB to planes (NCHW), each value as `normalise` says. `bgr` turns the channels round. */
export function planesOf(
  rgb: ArrayLike<number>,
  normalise: (value: number, channel: number) => number,
  bgr = false,
): Float32Array {
  const pixels = rgb.length / 3;
  const planes = new Float32Array(rgb.length);
  for (let channel = 0; channel < 3; channel++) {
    const from = bgr ? 2 - channel : channel;
    for (let i = 0; i < pixels; i++) planes[channel * pixels + i] = normalise(rgb[i * 3 + from], channel);
  }
  return planes;
}
