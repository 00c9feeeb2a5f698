import type { Point } from '../models/embedder.js';
import type { Pixels } from './pixels.js';

/** Turn, scale and shift without shear: x' = a x - b y + shiftX, y' = b x + a y + shiftY. */
export interface Similarity {
  a: number;
  b: number;
  shiftX: number;
  shiftY: number;
}

/** Least-squares similarity that brings `from` onto `to` (Umeyama 1991; in the plane, without reflection, closed). */
export function fitSimilarity(from: readonly Point[], to: readonly Point[]): Similarity {
  const [fromX, fromY] = centreOf(from);
  const [toX, toY] = centreOf(to);
  let [along, across, spread] = [0, 0, 0];
  for (const [index, [x, y]] of from.entries()) {
    const [dx, dy, u, v] = [x - fromX, y - fromY, to[index][0] - toX, to[index][1] - toY];
    along += dx * u + dy * v;
    across += dx * v - dy * u;
    spread += dx * dx + dy * dy;
  }
  const [a, b] = spread > 0 ? [along / spread, across / spread] : [1, 0];
  return { a, b, shiftX: toX - a * fromX + b * fromY, shiftY: toY - b * fromX - a * fromY };
}

export function invertSimilarity({ a, b, shiftX, shiftY }: Similarity): Similarity {
  const square = a * a + b * b;
  const [p, q] = [a / square, -b / square];
  return { a: p, b: q, shiftX: -(p * shiftX - q * shiftY), shiftY: -(q * shiftX + p * shiftY) };
}

/** The face turned upright, `size` x `size` 8-bit RGB: bilinear, black outside the picture (OpenCV's warpAffine). */
export function warp({ rgb, workingWidth, workingHeight }: Pixels, toAligned: Similarity, size: number): Uint8Array {
  const { a, b, shiftX, shiftY } = invertSimilarity(toAligned);
  const out = new Uint8Array(size * size * 3);
  const inside = (x: number, y: number) => x >= 0 && y >= 0 && x < workingWidth && y < workingHeight;
  for (let v = 0; v < size; v++)
    for (let u = 0; u < size; u++) {
      const [x, y] = [a * u - b * v + shiftX, b * u + a * v + shiftY];
      const [left, top] = [Math.floor(x), Math.floor(y)];
      let [red, green, blue] = [0.5, 0.5, 0.5];
      for (let corner = 0; corner < 4; corner++) {
        const [column, row] = [left + (corner & 1), top + (corner >> 1)];
        if (!inside(column, row)) continue;
        const weight = (1 - Math.abs(x - column)) * (1 - Math.abs(y - row));
        const from = (row * workingWidth + column) * 3;
        red += weight * rgb[from];
        green += weight * rgb[from + 1];
        blue += weight * rgb[from + 2];
      }
      out.set([red, green, blue], (v * size + u) * 3);
    }
  return out;
}

function centreOf(points: readonly Point[]): Point {
  const sum = points.reduce(([x, y], [px, py]) => [x + px, y + py], [0, 0]);
  return [sum[0] / points.length, sum[1] / points.length];
}
