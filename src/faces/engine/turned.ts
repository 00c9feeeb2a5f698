import type { Point } from '../models/embedder.js';
import type { Box } from './boxes.js';
import type { Pixels } from './pixels.js';

/** Quarters of a turn, clockwise, that bring a picture upright. */
export type Quarters = 0 | 1 | 2 | 3;
export const otherWaysUp: readonly Quarters[] = [1, 3, 2];

/** The same pixels, turned clockwise. */
export function turn<P extends Pixels & { width: number; height: number }>(picture: P, quarters: Quarters): P {
  if (quarters === 0) return picture;
  const { workingWidth: width, workingHeight: height, rgb } = picture;
  const isOnSide = quarters !== 2;
  const out = new Uint8Array(rgb.length);
  const across = isOnSide ? height : width;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [u, v] = turnedPoint([x, y], [width - 1, height - 1], quarters);
      const [from, to] = [(y * width + x) * 3, (v * across + u) * 3];
      out[to] = rgb[from];
      out[to + 1] = rgb[from + 1];
      out[to + 2] = rgb[from + 2];
    }
  const sides = isOnSide
    ? { width: picture.height, height: picture.width, workingWidth: height, workingHeight: width }
    : {};
  return { ...picture, ...sides, rgb: out };
}

/** @param size of the picture before it is turned */
function turnedPoint([x, y]: Point, [width, height]: Point, quarters: Quarters): Point {
  if (quarters === 1) return [height - y, x];
  if (quarters === 2) return [width - x, height - y];
  return quarters === 3 ? [y, width - x] : [x, y];
}

/** From a picture that was turned back into the one that it was. @param size of the one that it was */
export function turnBack(point: Point, [width, height]: Point, quarters: Quarters): Point {
  const size: Point = quarters % 2 === 1 ? [height, width] : [width, height];
  return turnedPoint(point, size, ((4 - quarters) % 4) as Quarters);
}

export function turnBoxBack([left, top, right, bottom]: Box, size: Point, quarters: Quarters): Box {
  const [a, b] = [turnBack([left, top], size, quarters), turnBack([right, bottom], size, quarters)];
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1])];
}
