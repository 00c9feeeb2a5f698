import type { Vertices } from './grid.js';

/**
 * Samples a pixel edge: that many squared decide which surface covers how much of a pixel. Small pictures are what
 * fits and trainings differentiate: there an edge must not jump from sample to sample when the shape moves a little.
 */
function samplesFor(width: number, height: number): number {
  return Math.min(width, height) <= 128 ? 4 : 2;
}

/** Which triangle is nearest at each sample point. */
export class VisibilityBuffer {
  readonly width: number;
  readonly height: number;
  readonly samples: number;
  readonly triangle: Int32Array;
  private readonly depth: Float32Array;

  constructor(width: number, height: number) {
    this.samples = samplesFor(width, height);
    this.width = width * this.samples;
    this.height = height * this.samples;
    this.triangle = new Int32Array(this.width * this.height);
    this.depth = new Float32Array(this.width * this.height);
  }

  clear(): void {
    this.triangle.fill(-1);
    this.depth.fill(-1e9);
  }

  /** Draws triangles `from`..`to` (indices into `corners` / 3); nearer ones win, whatever the order. */
  draw(corners: Int32Array, from: number, to: number, vertices: Vertices, twoSided: boolean): void {
    const { screen, place } = vertices;
    const { samples } = this;
    for (let t = from; t < to; t++) {
      const p = corners[t * 3];
      const q = corners[t * 3 + 1];
      const r = corners[t * 3 + 2];
      const x0 = screen[p * 2] * samples - 0.5;
      const y0 = screen[p * 2 + 1] * samples - 0.5;
      const x1 = screen[q * 2] * samples - 0.5;
      const y1 = screen[q * 2 + 1] * samples - 0.5;
      const x2 = screen[r * 2] * samples - 0.5;
      const y2 = screen[r * 2 + 1] * samples - 0.5;
      // Counter-clockwise with y up is negative here, where y runs down.
      const area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0);
      if (area > -1e-9 && (!twoSided || area < 1e-9)) continue;
      this.fill(t, x0, y0, x1, y1, x2, y2, 1 / area, place[p * 3 + 2], place[q * 3 + 2], place[r * 3 + 2]);
    }
  }

  private fill(
    t: number,
    x0: number,
    y0: number,
    x1: number,
    y1: number,
    x2: number,
    y2: number,
    inverse: number,
    z0: number,
    z1: number,
    z2: number,
  ): void {
    const { width, depth, triangle } = this;
    const left = Math.max(0, Math.ceil(Math.min(x0, x1, x2)));
    const right = Math.min(width - 1, Math.floor(Math.max(x0, x1, x2)));
    const top = Math.max(0, Math.ceil(Math.min(y0, y1, y2)));
    const bottom = Math.min(this.height - 1, Math.floor(Math.max(y0, y1, y2)));
    if (left > right) return;
    const stepV = (y2 - y0) * inverse;
    const stepW = -(y1 - y0) * inverse;
    for (let y = top; y <= bottom; y++) {
      let v = ((left - x0) * (y2 - y0) - (x2 - x0) * (y - y0)) * inverse;
      let w = ((x1 - x0) * (y - y0) - (left - x0) * (y1 - y0)) * inverse;
      for (let x = left, k = y * width + left; x <= right; x++, k++, v += stepV, w += stepW) {
        if (v < -1e-5 || w < -1e-5 || v + w > 1.00001) continue;
        const z = z0 + v * (z1 - z0) + w * (z2 - z0);
        if (z > depth[k]) {
          depth[k] = z;
          triangle[k] = t;
        }
      }
    }
  }
}
