import { AT, type Scene } from './scene.js';
import type { Grid, Vertices } from './grid.js';
import { clamp01, lerp } from './kernels.js';

/** Eye distance of the perspective, in head units: a portrait lens. */
const LENS = 5;

export interface Frame {
  width: number;
  height: number;
  /** Pixels per head unit at the head's centre. */
  scale: number;
  centreX: number;
  centreY: number;
}

/** How the picture is framed: near, the head fills it; far, the head moves up to leave room for the body. */
export function frame(scene: Scene, width: number, height: number): Frame {
  const distance = scene[AT.distance];
  const scale = Math.min(width, height) * 0.3 * distance;
  const room = clamp01((1.15 - distance) / 0.75);
  return {
    width,
    height,
    scale,
    centreX: width / 2 + scene[AT.shiftX] * scale,
    centreY: height * lerp(0.49, 0.3, room) - scene[AT.shiftY] * scale,
  };
}

/**
 * Turns a grid into view space and projects it. Yaw is positive towards the picture's left, pitch positive upwards,
 * both in degrees; `follow` is how far this part follows the head (1 = head, less for the body).
 */
export function project(scene: Scene, view: Frame, grid: Grid, follow: number, vertices: Vertices): void {
  const radians = Math.PI / 180;
  const yaw = scene[AT.yaw] * radians * (follow === 1 ? 1 : 0.45);
  const pitch = -scene[AT.pitch] * radians * follow;
  const roll = scene[AT.roll] * radians * follow * follow;
  const [cy, sy, cp, sp, cr, sr] = [yaw, pitch, roll].flatMap((angle) => [Math.cos(angle), Math.sin(angle)]);
  const pivotY = -0.35;
  const pivotZ = -0.1;
  const { rest, place, screen } = vertices;
  for (let i = grid.first, end = grid.first + grid.rows * grid.columns; i < end; i++) {
    const x = rest[i * 3];
    const y = rest[i * 3 + 1] - pivotY;
    const z = rest[i * 3 + 2] - pivotZ;
    const x1 = cy * x - sy * z;
    const z1 = sy * x + cy * z;
    const y1 = cp * y - sp * z1;
    const z2 = sp * y + cp * z1;
    const x2 = cr * x1 - sr * y1;
    const y2 = sr * x1 + cr * y1 + pivotY;
    place[i * 3] = x2;
    place[i * 3 + 1] = y2;
    place[i * 3 + 2] = z2 + pivotZ;
    const f = (LENS / (LENS - z2 - pivotZ)) * view.scale;
    screen[i * 2] = view.centreX + x2 * f;
    screen[i * 2 + 1] = view.centreY - y2 * f;
  }
}
