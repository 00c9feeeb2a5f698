import { AT, type Scene } from './scene.js';
import type { Face } from './face.js';
import type { Grid, Vertices } from './grid.js';
import { clamp01, lerp, smoothstep, soft } from './kernels.js';
import { noise1 } from './random.js';
import type { Sphere } from './skull.js';

/**
 * The hair is a shell over the skull: rows run from the crown to the tips, columns around the head. In front it ends
 * at the hairline (or lower, as a fringe), at the sides and behind it falls to its length.
 */
export function buildHair(scene: Scene, face: Face, grid: Grid, directions: Sphere, vertices: Vertices): void {
  const style = hairStyle(scene, face);
  const { rows, columns, first } = grid;
  for (let column = 0; column < columns; column++) {
    const around = directions.around[column];
    const drop = hairDrop(style, around);
    const sin = Math.sin(around);
    const cos = Math.cos(around);
    for (let row = 0; row < rows; row++) {
      const i = row * columns + column;
      placeStrand(style, drop, (row / (rows - 1)) * drop.total, sin, cos, around, vertices, first + i);
      vertices.mark[(first + i) * 2] = around;
      vertices.mark[(first + i) * 2 + 1] = row / (rows - 1);
    }
  }
}

interface HairStyle {
  width: number;
  height: number;
  depth: number;
  lift: number;
  length: number;
  hairline: number;
  fringe: number;
  part: number;
  wave: number;
  volume: number;
}

function hairStyle(scene: Scene, face: Face): HairStyle {
  const volume = soft(scene[AT.hairVolume]);
  // Thin hair stays above the skin (shells that cross show as patches); only the very end of the scale is bald.
  const thickness = lerp(-0.06, Math.max(0.045, 0.085 + 0.042 * volume), smoothstep(-1.97, -1.85, volume));
  const length = soft(scene[AT.hairLength]);
  return {
    width: face.width * (1.035 + 0.02 * Math.max(0, face.z('cheekbone'))) + thickness * 0.8,
    height: face.height + thickness,
    depth: face.depth * 1.06 + thickness * 0.8 + 0.02 * Math.max(0, face.z('forehead')),
    lift: thickness,
    // From cropped above the ears (-2) over the chin (0) to the chest (2).
    length:
      length < -0.6
        ? lerp(0.02, -0.55, clamp01((length + 2.2) / 1.6))
        : lerp(-0.55, -2.1, clamp01((length + 0.6) / 2.6)),
    hairline: 0.74 + 0.045 * soft(scene[AT.hairline]),
    fringe: smoothstep(-0.1, 1, scene[AT.fringe]) * smoothstep(-1.97, -1.85, volume),
    part: 0.22 * soft(scene[AT.parting]),
    wave: clamp01(0.25 + 0.35 * scene[AT.wave]) * 0.075,
    volume,
  };
}

interface Drop {
  /** Polar angle where the shell leaves the skull, then the straight fall below it, in head units. */
  polar: number;
  fall: number;
  total: number;
}

function hairDrop(style: HairStyle, around: number): Drop {
  const side = Math.abs(around);
  const jag = noise1(around * 26, 7) - 0.5;
  // Parted hair opens like a curtain around the parting; a fringe falls straight to above the brows.
  const open = Math.min(1.1, Math.abs(around - style.part * smoothstep(1.1, 0.3, side)) / 1.2);
  const curtain = style.hairline - 0.5 * open * open * Math.sqrt(open);
  const straight = 0.335 - 0.1 * open * open;
  const frontY = lerp(curtain, Math.min(curtain, straight), style.fringe) + 0.018 * jag;
  const sideY = style.length + 0.09 * jag * (style.length < -0.5 ? 1 : 0.4);
  const isSide = smoothstep(1.14, 1.38, side);
  const endY = lerp(frontY, sideY, isSide);
  const nape = smoothstep(1.4, 2.4, side) * 0.3;
  const low = style.length > -0.6 ? endY - nape * (1 - clamp01(-endY / 0.9)) : endY;
  const turn = 0.04;
  if (low > turn)
    return {
      polar: Math.acos(Math.min(0.98, low / style.height)),
      fall: 0,
      total: Math.acos(Math.min(0.98, low / style.height)),
    };
  const polar = Math.acos(turn / style.height);
  return { polar, fall: turn - low, total: polar + (turn - low) };
}

function placeStrand(
  style: HairStyle,
  drop: Drop,
  along: number,
  sin: number,
  cos: number,
  around: number,
  vertices: Vertices,
  index: number,
): void {
  const k = index * 3;
  const polar = Math.min(along, drop.polar);
  const fall = Math.max(0, along - drop.polar);
  // Bangs lift off the forehead; the shell closes on the skin at its front edge.
  const front = smoothstep(0.3, 0.9, cos);
  const hug =
    drop.fall === 0 ? 1 - 0.4 * (style.lift / style.width) * front * smoothstep(0.4, 1, along / drop.total) : 1;
  const tuck = fall > 0 ? 1 - 0.16 * smoothstep(0.1, 0.75, fall) + 0.16 * smoothstep(0.75, 1.5, fall) : 1;
  const ripple = style.wave * Math.sin(along * 9 + 5 * noise1(around * 3, 3)) * smoothstep(0.4, 1.6, along);
  const dent = 1 - 0.02 * Math.exp(-Math.pow((around - style.part) * 4, 2)) * smoothstep(1, 0, along);
  const wide = Math.sin(polar) * hug * tuck * (1 + ripple + 0.5 * style.wave * smoothstep(0.4, 1.6, along)) * dent;
  vertices.rest[k] = sin * wide * style.width * (1 + 0.03 * style.volume * smoothstep(0.1, 1, fall));
  vertices.rest[k + 1] = Math.cos(polar) * style.height * dent - fall;
  vertices.rest[k + 2] =
    cos * wide * style.depth - 0.05 - (cos < 0 ? 0.1 * smoothstep(0, 1, fall) * cos : 0.12 * smoothstep(0, 0.8, fall));
}

/** A bun or top knot; shrinks into the skull when it is not asked for. */
export function buildBun(scene: Scene, face: Face, grid: Grid, directions: Sphere, vertices: Vertices): void {
  const size = 0.3 * scene[AT.bun];
  for (let i = 0, n = grid.rows * grid.columns; i < n; i++) {
    const k = (grid.first + i) * 3;
    vertices.rest[k] = directions.x[i] * size;
    vertices.rest[k + 1] = face.height * (scene[AT.bun] > 0.02 ? 1.1 : 0.5) + directions.y[i] * size * 0.85;
    vertices.rest[k + 2] = -0.3 + directions.z[i] * size;
    vertices.mark[(grid.first + i) * 2] = directions.x[i] * 2 + directions.y[i];
    vertices.mark[(grid.first + i) * 2 + 1] = 0.3 + 0.2 * directions.y[i];
  }
}
