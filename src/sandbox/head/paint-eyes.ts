import { bell, clamp01, edge, lerp, line, smoothstep } from './kernels.js';
import { blend, type Ink } from './light.js';
import type { HeadPaint } from './paint-skin.js';
import { noise1 } from './random.js';
import { AT } from './scene.js';

/** Lids, lashes, white, iris, pupil and highlights of the eye on this side of the face. */
export function paintEye(paint: HeadPaint, x: number, y: number, out: Ink): void {
  const { scene, face, pixel } = paint;
  const side = x < 0 ? -1 : 1;
  const ex = Math.abs(x) - face.eyeX;
  const wide = face.eyeWide;
  if (ex < -wide * 1.7 || ex > wide * 2.2 || Math.abs(y - face.eyeY) > 0.24) return;
  const ey = y - face.eyeY - face.eyeTilt * ex;
  const q = ex / wide;
  const blink = side < 0 ? scene[AT.blinkLeft] : scene[AT.blinkRight];
  const squint = 0.24 * Math.max(0, face.smile) + 0.2 * scene[AT.frown];
  const inside = Math.max(0, 1 - q * q);
  const lower = -face.eyeTall * 0.78 * Math.pow(inside, 0.8) * (1 - 0.5 * squint);
  const openTop = face.eyeTall * 1.12 * Math.pow(inside, 0.62) * (1 - 0.1 * q) * (1 - 0.3 * squint);
  const upper = lerp(openTop, lower + 0.004, blink);
  eyeShadow(paint, q, ey, openTop, out);
  const opening = q * q < 1 ? Math.min(upper - ey, ey - lower) : -Math.abs(ey);
  const cover = q * q < 1 ? edge(opening, pixel) : 0;
  if (cover > 0) paintBall(paint, side, ex, ey, upper, cover, out);
  lashes(paint, q, ey, upper, lower, out);
  const crease = openTop + 0.032 + 0.012 * face.z('lidCrease') + 0.02 * blink;
  const fold = line(ey - crease + 0.02 * q * q, 0.009, pixel) * bell(q, 0.75);
  blend(out, out.r * 0.55, out.g * 0.42, out.b * 0.38, clamp01(0.45 + 0.2 * face.z('lidCrease')) * fold * (1 - cover));
}

function paintBall(
  paint: HeadPaint,
  side: number,
  ex: number,
  ey: number,
  upper: number,
  cover: number,
  out: Ink,
): void {
  const { scene, face, pixel, tones } = paint;
  const radius = face.iris;
  const shaded = 0.3 * smoothstep(0.045, 0, upper - ey) + 0.16 * Math.abs(ex / face.eyeWide);
  blend(out, 0.95 - 0.42 * shaded, 0.93 - 0.47 * shaded, 0.92 - 0.45 * shaded, cover);
  blend(out, 0.86, 0.56, 0.52, 0.55 * cover * bell(ex + face.eyeWide * 0.96, 0.02));
  const gx = ex - side * scene[AT.gazeX] * 0.045 + 0.004;
  const gy = ey - scene[AT.gazeY] * 0.03 - 0.002;
  const distance = Math.sqrt(gx * gx + gy * gy);
  const inIris = edge(radius - distance, pixel) * cover;
  if (inIris > 0) {
    const t = distance / radius;
    const rays = 0.85 + 0.3 * noise1(Math.atan2(gy, gx) * 9, 17) * paint.fine;
    const light = (0.62 + 0.85 * smoothstep(0.2, 0.75, t) * smoothstep(0.04, -0.045, gy)) * rays;
    const ring = smoothstep(0.72, 1, t) * 0.62;
    const shade = light * (1 - ring) * (1 - 0.45 * smoothstep(0.05, 0, upper - ey));
    blend(out, tones.iris[0] * shade * 1.5, tones.iris[1] * shade * 1.5, tones.iris[2] * shade * 1.5, inIris);
    blend(out, 0.015, 0.012, 0.014, edge(radius * 0.43 - distance, pixel) * cover);
  }
  const spark =
    edge(radius * 0.21 - Math.hypot(gx * 1 - side * -0.02 - (side < 0 ? 0.04 : 0) * 0, gy - 0.024), pixel) * cover;
  out.glow += 0.85 * spark + 0.22 * cover * edge(radius * 0.13 - Math.hypot(gx + side * 0.02, gy + 0.024), pixel);
  out.gloss = lerp(out.gloss, 0.25, cover);
  out.soft = lerp(out.soft, 0.2, cover);
}

function lashes(
  { scene, face, pixel, fine }: HeadPaint,
  q: number,
  ey: number,
  upper: number,
  lower: number,
  out: Ink,
): void {
  const length = 1 + 0.35 * face.z('lashes') + 0.5 * scene[AT.eyeliner];
  const liner = clamp01(0.62 + 0.2 * face.z('lashes') + 0.5 * scene[AT.eyeliner]);
  const reach = 1.05 + 0.2 * scene[AT.eyeliner];
  const along = smoothstep(-1.02, -0.8, q) * smoothstep(reach, reach - 0.14, q);
  const wing = q > 0.9 ? (q - 0.9) * 0.12 * (0.3 + scene[AT.eyeliner]) : 0;
  const thick = 0.0095 * (0.7 + 0.5 * clamp01(q + 0.6)) * (0.75 + 0.4 * length);
  const top = line(ey - upper - thick * 0.45 - wing, thick, pixel) * along;
  blend(out, 0.055, 0.04, 0.042, clamp01(0.98 * liner * top));
  if (fine > 0) {
    const strokes = smoothstep(0.5, 0.85, noise1(q * 15 + (ey - upper) * 26, 23));
    const tips = smoothstep(0.034 * length * (0.55 + 0.45 * clamp01(q + 0.7)), 0, ey - upper) * (ey > upper ? 1 : 0);
    blend(out, 0.06, 0.045, 0.045, 0.6 * liner * strokes * tips * along * fine);
  }
  const under = line(ey - lower + 0.004, 0.006, pixel) * smoothstep(-0.9, 0.1, q) * smoothstep(1.08, 0.92, q);
  blend(out, 0.28, 0.18, 0.16, (0.42 + 0.4 * scene[AT.eyeliner]) * under);
}

function eyeShadow({ scene }: HeadPaint, q: number, ey: number, top: number, out: Ink): void {
  const amount = scene[AT.eyeShadow];
  if (amount <= 0) return;
  const lid = smoothstep(top + 0.11, top + 0.01, ey) * smoothstep(-0.06, 0.0, ey) * bell(q - 0.12, 0.72);
  const below = 0.45 * bell(ey + 0.07, 0.03) * bell(q - 0.25, 0.5);
  const t = clamp01(amount * 0.8 * Math.max(lid, below));
  blend(out, scene[AT.shadowRed], scene[AT.shadowGreen], scene[AT.shadowBlue], t);
  out.gloss += 0.15 * t;
}

/** One brow: a tapering arch made of strokes. */
export function paintBrow({ scene, face, tones, pixel, fine }: HeadPaint, x: number, y: number, out: Ink): void {
  const start = face.eyeX - 0.155;
  const along = (Math.abs(x) - start) / 0.33;
  if (along < -0.2 || along > 1.2 || Math.abs(y - face.browY) > 0.16) return;
  const tilt = 0.008 + 0.04 * face.z('browTilt') - 0.09 * scene[AT.frown];
  const arch = 0.027 + 0.026 * face.z('browArch') + 0.015 * scene[AT.browRaise];
  const centre = face.browY - 0.03 + tilt * (along - 0.35) + arch * (1 - 4 * (along - 0.62) * (along - 0.62));
  const thick =
    Math.max(0.008, 0.027 + 0.0105 * face.z('browThick')) *
    (1 - 0.62 * along * along) *
    (0.75 + 0.25 * smoothstep(0, 0.25, along));
  const body = line(y - centre, thick, pixel) * smoothstep(-0.08, 0.16, along) * smoothstep(1.06, 0.8, along);
  const strokes = 1 - 0.42 * fine * noise1(along * 46 - (y - centre) * 110, 41);
  const strength = 0.85 + 0.1 * face.z('browTone');
  blend(out, tones.brow[0], tones.brow[1], tones.brow[2], clamp01(1.25 * body * strokes * strength));
  out.gloss *= 1 - 0.8 * body;
}

/** Thin dark frames, drawn on the face itself. */
export function paintGlasses({ scene, face, pixel }: HeadPaint, x: number, y: number, out: Ink): void {
  const amount = scene[AT.glasses];
  if (amount <= 0) return;
  const ax = Math.abs(x);
  const gx = (ax - face.eyeX) / 0.205;
  const gy = (y - face.eyeY + 0.012) / 0.15;
  const ring = Math.pow(Math.pow(Math.abs(gx), 3) + Math.pow(Math.abs(gy), 3), 1 / 3) - 1;
  const frame = edge(0.016 - Math.abs(ring * 0.17), pixel);
  const bridge = ax < face.eyeX - 0.19 ? edge(0.013 - Math.abs(y - face.eyeY - 0.035), pixel) : 0;
  const arm = ax > face.eyeX + 0.2 ? edge(0.013 - Math.abs(y - face.eyeY - 0.05), pixel) : 0;
  blend(out, 0.08, 0.07, 0.08, amount * Math.max(frame, bridge, arm));
  if (ring < 0) out.glow += 0.05 * amount * bell(gx + gy * 0.8 - 0.2, 0.2);
}
