import type { Point } from '../models/embedder.js';
import type { Box, Detection } from './boxes.js';
import { stretch, wholeOf, type Pixels } from './pixels.js';

/** Edge of the square that SCRFD and YuNet look at, where their file does not say another. */
export const letterboxSize = 640;

export interface Letterbox {
  /** size x size RGB: the picture at the top left as large as fits, black beside it. */
  pixels: Uint8Array;
  /** Pixels of the square for one of the picture. */
  scale: number;
}

/** InsightFace's way of showing a detector a picture of any shape. */
export function letterbox(picture: Pixels, size = letterboxSize): Letterbox {
  const { workingWidth, workingHeight } = picture;
  const tall = workingHeight > workingWidth;
  const width = tall ? Math.max(1, Math.floor((size * workingWidth) / workingHeight)) : size;
  const height = tall ? size : Math.max(1, Math.floor((size * workingHeight) / workingWidth));
  const small = stretch(picture, wholeOf(picture), width, height);
  const pixels = new Uint8Array(size * size * 3);
  for (let y = 0; y < height; y++) pixels.set(small.subarray(y * width * 3, (y + 1) * width * 3), y * size * 3);
  return { pixels, scale: height / workingHeight };
}

/** From the square's pixels back to the picture's. */
export function unboxed({ box, score, landmarks5 }: Detection, scale: number): Detection {
  return {
    box: box.map((value) => value / scale) as Box,
    score,
    landmarks5: landmarks5?.map(([x, y]): Point => [x / scale, y / scale]),
  };
}
