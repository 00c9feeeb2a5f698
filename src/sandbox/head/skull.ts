import { type Face, lipLine } from './face.js';
import type { Grid, Vertices } from './grid.js';
import { bell, clamp01, smoothstep } from './kernels.js';

/** Directions of a closed grid on the unit sphere, denser towards the face; made once per grid size. */
export interface Sphere {
  x: Float32Array;
  y: Float32Array;
  z: Float32Array;
  /** Longitude, 0 at the front, -pi..pi. */
  around: Float32Array;
}

export function sphere(rows: number, columns: number): Sphere {
  const count = rows * columns;
  const out: Sphere = {
    x: new Float32Array(count),
    y: new Float32Array(count),
    z: new Float32Array(count),
    around: new Float32Array(count),
  };
  for (let row = 0, k = 0; row < rows; row++) {
    const polar = (row / (rows - 1)) * Math.PI;
    for (let column = 0; column < columns; column++, k++) {
      const t = (column / (columns - 1)) * 2 - 1;
      const around = Math.PI * (0.62 * t + 0.38 * t * t * t);
      out.x[k] = Math.sin(polar) * Math.sin(around);
      out.y[k] = Math.cos(polar);
      out.z[k] = Math.sin(polar) * Math.cos(around);
      out.around[k] = around;
    }
  }
  return out;
}

/** Fills the rest positions of the head; `mark` keeps the flat face coordinates that paint uses. */
export function buildSkull(face: Face, grid: Grid, directions: Sphere, vertices: Vertices): void {
  const { rest, mark } = vertices;
  const cheekX = 0.42 * face.width * 1.3;
  const back = 1 + 0.02 * face.cheeks;
  for (let i = 0, n = grid.rows * grid.columns; i < n; i++) {
    const sx = directions.x[i];
    const sy = directions.y[i];
    const sz = directions.z[i];
    let x = sx * face.width;
    let y = sy * face.height;
    let z = sz * face.depth * (sz < 0 ? 1.06 * back : 1);
    if (y < 0) {
      const t = clamp01((-sy - 0.02) / 0.98);
      x *= 1 - face.taper * Math.pow(t, face.jaw);
      z *= 1 - 0.1 * t * t;
    } else {
      x *= 1 + 0.05 * sy * (1 - sy) * 4 * 0.6;
    }
    const flatX = x;
    const flatY = y;
    if (sz > -0.05) {
      const front = smoothstep(-0.05, 0.35, sz);
      z += front * relief(face, flatX, flatY, cheekX);
      z -= 0.13 * clamp01(sz) * bell(sx, 0.42) * bell(sy + 0.05, 0.6);
    }
    x *= 1 + 0.035 * face.cheeks * bell(y + 0.42, 0.2) + 0.02 * face.cheekbone * bell(y + 0.1, 0.14);
    if (face.open > 0) y -= 0.11 * face.open * smoothstep(face.mouthY + 0.05, face.mouthY - 0.2, flatY);
    const k = (grid.first + i) * 3;
    rest[k] = x;
    rest[k + 1] = y;
    rest[k + 2] = z;
    mark[(grid.first + i) * 2] = flatX;
    mark[(grid.first + i) * 2 + 1] = flatY;
  }
}

function relief(face: Face, x: number, y: number, cheekX: number): number {
  const ax = Math.abs(x);
  let d = (0.035 + 0.014 * face.forehead) * bell(x, 0.42) * bell(y - 0.55, 0.22);
  d += 0.034 * bell(ax - face.eyeX, 0.15) * bell(y - face.browY, 0.06);
  d -= (0.083 + 0.014 * face.socket) * bell(ax - face.eyeX, 0.125) * bell(y - face.eyeY, 0.085);
  d += 0.03 * bell(ax - face.eyeX, 0.085) * bell(y - face.eyeY, 0.055);
  d += (0.05 + 0.018 * face.cheekbone) * bell(ax - cheekX, 0.14) * bell(y + 0.17, 0.13);
  d += 0.02 * Math.max(0, face.smile) * bell(ax - 0.3, 0.11) * bell(y + 0.24, 0.1);
  d += noseRelief(face, x, ax, y);
  d += mouthRelief(face, x, y);
  d += (0.07 + 0.026 * face.chin) * bell(x, 0.16 + 0.025 * face.chinWidth) * bell(y + 0.82 * face.height, 0.12);
  d -= 0.022 * bell(x, 0.2) * bell(y - (face.mouthY - 0.145), 0.05);
  d -= 0.012 * face.age * bell(ax - 0.27 - 0.1 * (face.noseY - y), 0.04) * bell(y - (face.noseY - 0.13), 0.12);
  return d;
}

function noseRelief(face: Face, x: number, ax: number, y: number): number {
  const root = face.eyeY + 0.06;
  if (y < face.noseY - 0.16 || y > root + 0.2) return 0;
  const t = clamp01((root - y) / (root - face.noseY));
  const below = y < face.noseY ? bell(y - face.noseY, 0.052) : 1;
  const above = y > root ? bell(y - root, 0.08) : 1;
  const ridge =
    (0.058 * face.bridge + 0.105 * Math.pow(t, 1.6)) * bell(x, face.noseWide * (0.62 + 0.5 * t)) * below * above;
  const tip = 0.05 * face.noseTip * bell(x, face.noseWide * 0.95) * bell(y - face.noseY - 0.01, 0.072);
  const wings = 0.045 * bell(ax - face.noseWide * 1.25, 0.033) * bell(y - face.noseY - 0.004, 0.04);
  return ridge + tip + wings;
}

function mouthRelief(face: Face, x: number, y: number): number {
  const wide = face.mouthWide;
  if (Math.abs(x) > wide * 2.6) return 0;
  const middle = lipLine(face, x);
  const full = 1 + 0.22 * face.lipFullness;
  let d = 0.055 * bell(x, wide * 0.95) * bell(y - face.mouthY, 0.12);
  d += 0.03 * full * bell(x, wide * 0.55) * bell(y - (middle + face.upperLip * 0.5), face.upperLip * 0.5);
  d += 0.042 * full * bell(x, wide * 0.52) * bell(y - (middle - face.lowerLip * 0.55), face.lowerLip * 0.55);
  d -= 0.022 * bell(x, wide * 0.75) * bell(y - middle, 0.014);
  d -= 0.06 * face.open * bell(x, wide * 0.5) * bell(y - middle + 0.05, 0.05);
  return d;
}
