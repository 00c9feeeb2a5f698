import { AT, type Scene } from './scene.js';
import type { Face } from './face.js';
import type { Grid, Vertices } from './grid.js';
import type { Sphere } from './skull.js';

/** Marks on the ear grid lie beyond this x, so that paint can tell an ear from a cheek. */
export const EAR_MARK = 10;

/** One ear: a flat cup at the side of the head; side is -1 (picture's left) or 1. */
export function buildEar(face: Face, side: -1 | 1, grid: Grid, directions: Sphere, vertices: Vertices): void {
  const size = 1 + 0.16 * face.z('earSize');
  const tall = 0.19 * size;
  const deep = 0.115 * size;
  const centreX = side * (face.width * 0.985 + 0.012);
  const centreY = face.eyeY - 0.13;
  for (let i = 0, n = grid.rows * grid.columns; i < n; i++) {
    const x = directions.x[i];
    const y = directions.y[i];
    const z = directions.z[i];
    const lobe = y < 0 ? 1 + 0.35 * y : 1;
    const k = (grid.first + i) * 3;
    const flare = 0.05 * Math.max(0, -z) + 0.02 * y;
    vertices.rest[k] = centreX + x * 0.05 + side * flare;
    vertices.rest[k + 1] = centreY + y * tall;
    vertices.rest[k + 2] = -0.1 + z * deep * lobe - 0.03 * y;
    vertices.mark[(grid.first + i) * 2] = EAR_MARK + z;
    vertices.mark[(grid.first + i) * 2 + 1] = y;
  }
}

/** A small sphere below each ear; drawn inside the head (out of sight) when no earrings are asked for. */
export function buildEarring(
  scene: Scene,
  face: Face,
  side: -1 | 1,
  grid: Grid,
  directions: Sphere,
  vertices: Vertices,
): void {
  const amount = scene[AT.earrings];
  const radius = 0.055 * amount;
  const size = 1 + 0.16 * face.z('earSize');
  for (let i = 0, n = grid.rows * grid.columns; i < n; i++) {
    const k = (grid.first + i) * 3;
    vertices.rest[k] = side * (face.width * 0.985 + 0.03) * (amount > 0.02 ? 1 : 0.2) + directions.x[i] * radius;
    vertices.rest[k + 1] = face.eyeY - 0.15 - 0.19 * size - 0.03 + directions.y[i] * radius * 1.4;
    vertices.rest[k + 2] = -0.06 + directions.z[i] * radius;
    vertices.mark[(grid.first + i) * 2] = 2 * EAR_MARK;
    vertices.mark[(grid.first + i) * 2 + 1] = directions.y[i];
  }
}
