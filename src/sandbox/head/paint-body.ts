import { bell, clamp01, edge, line, smoothstep } from './kernels.js';
import { blend, type Ink } from './light.js';
import { noise2 } from './random.js';
import { AT, type Scene } from './scene.js';
import type { Tones } from './tones.js';

export interface BodyPaint {
  scene: Scene;
  tones: Tones;
  pixel: number;
  fine: number;
}

/** Neck and clothes at rest position (x, y, z): height decides where cloth begins, weights decide what kind. */
export function paintBody(paint: BodyPaint, x: number, y: number, z: number, out: Ink): void {
  const { scene, tones, pixel } = paint;
  const [r, g, b] = tones.skin;
  const under = smoothstep(-1.15, -0.72, y) * (0.45 + 0.25 * clamp01(z + 0.3));
  out.r = r * (1 - 0.42 * under);
  out.g = g * (1 - 0.5 * under);
  out.b = b * (1 - 0.52 * under);
  out.gloss = 0.1;
  out.glow = 0;
  out.soft = 1;
  neckLines(x, y, out);
  const front = clamp01(z + 0.2);
  const depth = Math.max(0, scene[AT.neckline]);
  const v = depth * 0.62 * Math.max(0, 1 - Math.abs(x) / (0.16 + 0.3 * depth)) * front;
  const round = 0.14 * bell(x, 0.34) * front * (1 - clamp01(depth));
  const high = Math.max(scene[AT.collar], 0);
  const top =
    -1.16 + 0.4 * high - v - round * (1 - high) - 0.62 * scene[AT.bare] + 0.1 * Math.min(0, scene[AT.neckline]);
  const cloth = edge(top - y, pixel);
  if (cloth <= 0) return;
  paintCloth(paint, x, y, z, top, cloth, out);
}

function neckLines(x: number, y: number, out: Ink): void {
  const collarbone =
    bell(y + 1.36 - 0.12 * Math.abs(x), 0.028) *
    smoothstep(0.08, 0.2, Math.abs(x)) *
    smoothstep(0.75, 0.5, Math.abs(x));
  const tendon =
    bell(Math.abs(x) - 0.16 - 0.12 * (y + 1.2), 0.035) * smoothstep(-1.3, -1.1, y) * smoothstep(-0.7, -0.9, y);
  blend(out, out.r * 0.72, out.g * 0.62, out.b * 0.6, 0.42 * collarbone + 0.16 * tendon);
}

function paintCloth(
  { scene, pixel, fine }: BodyPaint,
  x: number,
  y: number,
  z: number,
  top: number,
  cloth: number,
  out: Ink,
): void {
  const ax = Math.abs(x);
  const weave = 1 + fine * 0.05 * (noise2(x * 70, y * 70, 3) - 0.5);
  const folds = 0.9 + 0.2 * noise2(x * 3.2 + y * 1.4, y * 2.1, 19);
  const rib = 1 - 0.16 * scene[AT.knit] * (0.5 + 0.5 * Math.sin(x * 70)) * fine;
  const level = weave * folds * rib;
  blend(out, scene[AT.clothRed] * level, scene[AT.clothGreen] * level, scene[AT.clothBlue] * level, cloth);
  out.soft *= 1 - cloth;
  out.gloss = out.gloss * (1 - cloth) + cloth * (0.02 + 0.55 * scene[AT.leather] + 0.3 * scene[AT.sequins]);
  const hem = line(y - top + 0.03, 0.012, pixel);
  blend(out, out.r * 0.7, out.g * 0.7, out.b * 0.7, 0.55 * hem * cloth);
  const arm = line(ax - 0.98 + 0.05 * (y + 2), 0.02, pixel) * smoothstep(-1.75, -2.1, y);
  blend(out, out.r * 0.5, out.g * 0.5, out.b * 0.5, 0.6 * arm);
  if (scene[AT.lapels] > 0 && z > -0.2) lapels(scene, ax, y, pixel, cloth, out);
  if (scene[AT.hood] > 0) strings(scene, ax, y, pixel, out);
  if (scene[AT.sequins] > 0) sequins(scene, x, y, cloth, fine, out);
}

function lapels(scene: Scene, ax: number, y: number, pixel: number, cloth: number, out: Ink): void {
  const amount = scene[AT.lapels] * cloth;
  const opening = (y + 2.65) * 0.34;
  blend(out, scene[AT.shirtRed], scene[AT.shirtGreen], scene[AT.shirtBlue], amount * edge(opening - ax, pixel));
  const lapelEdge = opening + 0.24 * smoothstep(-2.5, -1.55, y) * smoothstep(-1.3, -1.5, y);
  const lapel = edge(ax - opening, pixel) * edge(lapelEdge - ax, pixel);
  blend(out, out.r * 0.78, out.g * 0.78, out.b * 0.8, amount * lapel);
  blend(
    out,
    out.r * 0.35,
    out.g * 0.35,
    out.b * 0.36,
    amount * 0.8 * line(ax - lapelEdge, 0.01, pixel) * (lapelEdge > opening + 0.02 ? 1 : 0),
  );
  blend(
    out,
    out.r * 0.45,
    out.g * 0.45,
    out.b * 0.46,
    amount * 0.7 * line(ax - opening, 0.012, pixel) * (opening > 0 ? 1 : 0),
  );
}

function strings(scene: Scene, ax: number, y: number, pixel: number, out: Ink): void {
  const string = line(ax - 0.17, 0.016, pixel) * smoothstep(-2.0, -1.95, y) * smoothstep(-1.2, -1.3, y);
  blend(out, 0.92, 0.92, 0.9, 0.9 * scene[AT.hood] * string);
  const seam = line(ax - 0.36 - 0.25 * (y + 1.2), 0.02, pixel) * smoothstep(-1.7, -1.4, y);
  blend(out, out.r * 0.55, out.g * 0.55, out.b * 0.55, 0.6 * scene[AT.hood] * seam);
}

function sequins(scene: Scene, x: number, y: number, cloth: number, fine: number, out: Ink): void {
  const amount = scene[AT.sequins] * cloth;
  const sparkle = smoothstep(0.72, 0.95, noise2(x * 38, y * 38, 57));
  const level = 0.75 + 0.6 * noise2(x * 24, y * 24, 91);
  blend(out, out.r * level, out.g * level, out.b * level, amount * 0.8);
  out.glow += amount * (0.55 * sparkle * fine + 0.06 * (1 - fine));
}
