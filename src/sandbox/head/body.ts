import { AT, type Scene } from './scene.js';
import type { Face } from './face.js';
import type { Grid, Vertices } from './grid.js';
import { lerp, smoothstep } from './kernels.js';

const TOP = -0.45;
const LENGTH = 3.6;

/** Neck, shoulders and trunk as one lathe; `mark` is (angle around, height). */
export function buildBody(scene: Scene, face: Face, grid: Grid, vertices: Vertices): void {
  const neck = 0.33 + 0.028 * face.z('neckWidth') + 0.02 * face.z('build');
  const shoulders = 1.32 + 0.1 * face.z('build');
  const collar = 0.05 * Math.max(scene[AT.collar], 0.6 * scene[AT.hood], 0.7 * scene[AT.lapels]);
  for (let row = 0; row < grid.rows; row++) {
    const t = row / (grid.rows - 1);
    const y = TOP - LENGTH * (0.55 * t + 0.45 * t * t);
    const slope = smoothstep(-1.02, -1.72, y);
    const wide = lerp(neck, shoulders, Math.pow(slope, 1.35)) - 0.12 * smoothstep(-1.9, -3, y);
    const deep = lerp(neck * 0.95, 0.52, slope);
    const roll = collar * smoothstep(-0.78, -0.86, y) * smoothstep(-1.3, -1.0, y) * (1 + 0.5 * scene[AT.hood]);
    for (let column = 0; column < grid.columns; column++) {
      const around = ((column / (grid.columns - 1)) * 2 - 1) * Math.PI;
      const index = grid.first + row * grid.columns + column;
      const chest = 0.1 * Math.cos(around) * smoothstep(-1.5, -2, y);
      vertices.rest[index * 3] = Math.sin(around) * (wide + roll);
      vertices.rest[index * 3 + 1] = y + 0.06 * slope * Math.cos(around);
      vertices.rest[index * 3 + 2] = Math.cos(around) * (deep + roll + chest) - 0.14;
      vertices.mark[index * 2] = around;
      vertices.mark[index * 2 + 1] = y;
    }
  }
}
