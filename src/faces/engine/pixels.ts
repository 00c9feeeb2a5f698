import type { Colours } from '../models/embedder.js';
import type { Box } from './boxes.js';
import type { Picture } from './picture.js';
import { takeTensor } from './memory.js';

/** What the models look at: interleaved 8-bit RGB. */
export type Pixels = Pick<Picture, 'rgb' | 'workingWidth' | 'workingHeight'>;

export interface Crop {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The part of a box that lies within the picture, in whole pixels, at least one. */
export function cropOf(picture: Pixels, box: Box): Crop {
  const clamp = (value: number, most: number) => Math.min(most, Math.max(0, Math.trunc(value)));
  const left = clamp(box[0], picture.workingWidth - 1);
  const top = clamp(box[1], picture.workingHeight - 1);
  const right = clamp(box[2], picture.workingWidth);
  const bottom = clamp(box[3], picture.workingHeight);
  return { left, top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) };
}

export const wholeOf = ({ workingWidth, workingHeight }: Pixels): Crop => {
  return { left: 0, top: 0, width: workingWidth, height: workingHeight };
};

/**
 * A part of the picture stretched to width x height, RGB: bilinear between pixel centres, without smoothing first, in
 * the fixed-point steps of OpenCV's INTER_LINEAR. The reference programs shrink so, and the models hang on it: a
 * smoother small picture moves the landmarks by a pixel, one rounded otherwise by a quarter.
 */
export function stretch({ rgb, workingWidth }: Pixels, crop: Crop, width: number, height: number): Uint8Array {
  const columns = tapsOf(crop.left, crop.width, width, 3);
  const rows = tapsOf(crop.top, crop.height, height, workingWidth * 3);
  const out = new Uint8Array(width * height * 3);
  let at = 0;
  for (let y = 0; y < height; y++) {
    const [upper, lower, above, below] = [rows.first[y], rows.second[y], rows.toFirst[y], rows.toSecond[y]];
    for (let x = 0; x < width; x++) {
      const [left, right, before, after] = [
        columns.first[x],
        columns.second[x],
        columns.toFirst[x],
        columns.toSecond[x],
      ];
      for (let channel = 0; channel < 3; channel++) {
        const high = (rgb[upper + left + channel] * before + rgb[upper + right + channel] * after) >> 4;
        const low = (rgb[lower + left + channel] * before + rgb[lower + right + channel] * after) >> 4;
        out[at++] = (((high * above) >> 16) + ((low * below) >> 16) + 2) >> 2;
      }
    }
  }
  return out;
}

const one = 2048;

/** For each new pixel the two old ones that it lies between, and the weight of each of `one`. */
function tapsOf(start: number, from: number, to: number, stride: number) {
  const [first, second, toFirst, toSecond] = Array.from({ length: 4 }, () => new Int32Array(to));
  for (let i = 0; i < to; i++) {
    const position = Math.fround(((i + 0.5) * from) / to - 0.5);
    const before = Math.floor(position);
    const beyond = before < 0 || before >= from - 1;
    const share = beyond ? 0 : Math.fround(position - before);
    const at = Math.min(from - 1, Math.max(0, before));
    first[i] = (start + at) * stride;
    second[i] = (start + Math.min(from - 1, at + 1)) * stride;
    toFirst[i] = roundToEven(Math.fround(1 - share) * one);
    toSecond[i] = roundToEven(share * one);
  }
  return { first, second, toFirst, toSecond };
}

/** As C's rint: of two whole numbers equally near, the even one. */
function roundToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** Brightness 0 to 255 by the weights of ITU-R BT.601. */
export function greyOf(rgb: ArrayLike<number>): Uint8Array {
  const grey = new Uint8Array(rgb.length / 3);
  for (let i = 0; i < grey.length; i++)
    grey[i] = 0.299 * rgb[i * 3] + 0.587 * rgb[i * 3 + 1] + 0.114 * rgb[i * 3 + 2] + 0.5;
  return grey;
}

/** Interleaved RGB to planes (NCHW), in a tensor from the pool: the model that takes it gives it back. */
export function planesOf(rgb: ArrayLike<number>, { mean, std, channels }: Colours): Float32Array<ArrayBuffer> {
  const pixels = rgb.length / 3;
  const planes = takeTensor(rgb.length);
  for (let channel = 0; channel < 3; channel++) {
    const [offset, scale] = [mean[channel], 1 / std[channel]];
    let from = channels === 'bgr' ? 2 - channel : channel;
    for (let i = channel * pixels; i < (channel + 1) * pixels; i++, from += 3) planes[i] = (rgb[from] - offset) * scale;
  }
  return planes;
}

const thumbnailSize = 24;
/** Each value is the mean of this many samples, squared: single samples would tell two saves of a picture apart. */
const samples = 8;

/** The whole picture as thumbnailSize x thumbnailSize grey values, 0 to 255. */
export function thumbnailOf(picture: Pixels): Float32Array {
  const side = thumbnailSize * samples;
  const grey = greyOf(stretch(picture, wholeOf(picture), side, side));
  const thumbnail = new Float32Array(thumbnailSize * thumbnailSize);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const cell = Math.floor(y / samples) * thumbnailSize + Math.floor(x / samples);
      thumbnail[cell] += grey[y * side + x] / (samples * samples);
    }
  return thumbnail;
}
