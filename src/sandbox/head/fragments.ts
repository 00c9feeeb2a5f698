import type { Surface, Vertices } from './grid.js';
import type { VisibilityBuffer } from './raster.js';

/** What one surface shows in one pixel: how much of it, and where on the surface. */
export class Fragments {
  count = 0;
  pixel: Int32Array;
  weight: Float32Array;
  /** Eight numbers each: rest x y z, normal x y z, mark u v. */
  at: Float32Array;
  colour: Float32Array;

  constructor(room: number) {
    this.pixel = new Int32Array(room);
    this.weight = new Float32Array(room);
    this.at = new Float32Array(room * STRIDE);
    this.colour = new Float32Array(room * 3);
  }
}

export const STRIDE = 8;

/** Sorts what is visible into one list a surface. At most one fragment a surface a pixel, hence the room. */
export function gatherFragments(
  seen: VisibilityBuffer,
  corners: Int32Array,
  surfaceOf: Uint8Array,
  vertices: Vertices,
  lists: Record<Surface, Fragments>,
): void {
  for (const surface of [1, 2, 3] as const) lists[surface].count = 0;
  const { samples } = seen;
  const width = seen.width / samples;
  const height = seen.height / samples;
  const share = 1 / (samples * samples);
  const counts = [0, 0, 0, 0];
  const first = [0, 0, 0, 0];
  const sumX = [0, 0, 0, 0];
  const sumY = [0, 0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      counts[1] = counts[2] = counts[3] = 0;
      for (let s = 0; s < samples * samples; s++) {
        const sx = x * samples + (s % samples);
        const sy = y * samples + ((s / samples) | 0);
        const t = seen.triangle[sy * seen.width + sx];
        if (t < 0) continue;
        const surface = surfaceOf[t];
        if (counts[surface]++ === 0) {
          first[surface] = t;
          sumX[surface] = 0;
          sumY[surface] = 0;
        }
        sumX[surface] += (sx + 0.5) / samples;
        sumY[surface] += (sy + 0.5) / samples;
      }
      for (let surface = 1; surface <= 3; surface++) {
        const n = counts[surface];
        if (n === 0) continue;
        const list = lists[surface as Surface];
        const i = list.count++;
        list.pixel[i] = y * width + x;
        list.weight[i] = n * share;
        interpolate(corners, first[surface], vertices, sumX[surface] / n, sumY[surface] / n, list.at, i * STRIDE);
      }
    }
  }
}

function interpolate(
  corners: Int32Array,
  t: number,
  { screen, rest, normal, mark }: Vertices,
  x: number,
  y: number,
  into: Float32Array,
  k: number,
): void {
  const p = corners[t * 3];
  const q = corners[t * 3 + 1];
  const r = corners[t * 3 + 2];
  const x0 = screen[p * 2];
  const y0 = screen[p * 2 + 1];
  const ux = screen[q * 2] - x0;
  const uy = screen[q * 2 + 1] - y0;
  const vx = screen[r * 2] - x0;
  const vy = screen[r * 2 + 1] - y0;
  const inverse = 1 / (ux * vy - vx * uy);
  // The mean of several samples may lie outside a thin triangle: held near it, so that nothing is extrapolated far.
  const b = Math.min(1.5, Math.max(-0.5, ((x - x0) * vy - vx * (y - y0)) * inverse));
  const c = Math.min(1.5, Math.max(-0.5, (ux * (y - y0) - (x - x0) * uy) * inverse));
  const a = 1 - b - c;
  for (let j = 0; j < 3; j++) {
    into[k + j] = a * rest[p * 3 + j] + b * rest[q * 3 + j] + c * rest[r * 3 + j];
    into[k + 3 + j] = a * normal[p * 3 + j] + b * normal[q * 3 + j] + c * normal[r * 3 + j];
  }
  into[k + 6] = a * mark[p * 2] + b * mark[q * 2] + c * mark[r * 2];
  into[k + 7] = a * mark[p * 2 + 1] + b * mark[q * 2 + 1] + c * mark[r * 2 + 1];
}
