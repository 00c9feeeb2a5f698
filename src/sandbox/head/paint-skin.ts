import { EAR_MARK } from './ears.js';
import { type Face, lipLine } from './face.js';
import { bell, clamp01, line, smoothstep } from './kernels.js';
import { blend, type Ink } from './light.js';
import { paintBrow, paintEye, paintGlasses } from './paint-eyes.js';
import { paintMouth } from './paint-mouth.js';
import { noise2 } from './random.js';
import { AT, type Scene } from './scene.js';
import type { Tones } from './tones.js';

/** Everything that the paint of a head needs, gathered once a drawing. `pixel` is a pixel's size in head units. */
export interface HeadPaint {
  scene: Scene;
  face: Face;
  tones: Tones;
  pixel: number;
  /** Fine detail (pores, hair strokes) is drawn only where a pixel is small enough to show it. */
  fine: number;
}

/** Paints one piece of the head at rest position (x, y, z) with flat face coordinates (u, v). */
export function paintHead(paint: HeadPaint, x: number, y: number, z: number, u: number, v: number, out: Ink): void {
  const [r, g, b] = paint.tones.skin;
  out.r = r;
  out.g = g;
  out.b = b;
  out.gloss = 0.13;
  out.glow = 0;
  out.soft = 1;
  if (u > EAR_MARK + 5) return paintEarring(out);
  if (u > EAR_MARK - 2) return paintEar(out, u - EAR_MARK, v);
  if (z < -0.25) return paintScalp(paint, y, out);
  complexion(paint, u, v, z, out);
  if (z > 0) {
    ageLines(paint, u, v, out);
    beard(paint, u, v, out);
    nose(paint, u, v, out);
    paintMouth(paint, u, v, out);
    paintEye(paint, u, v, out);
    paintBrow(paint, u, v, out);
    paintGlasses(paint, u, v, out);
  }
}

function paintEarring(out: Ink): void {
  blend(out, 0.86, 0.78, 0.55, 1);
  out.gloss = 0.9;
  out.soft = 0;
}

function paintEar(out: Ink, z: number, y: number): void {
  const inner = smoothstep(0.9, 0.2, Math.hypot((z - 0.1) * 1.1, (y - 0.1) * 1.05));
  blend(out, out.r * 0.62, out.g * 0.5, out.b * 0.48, 0.55 * inner);
  blend(out, out.r, out.g * 0.82, out.b * 0.8, 0.3);
}

function paintScalp({ tones }: HeadPaint, y: number, out: Ink): void {
  blend(out, tones.hair[0], tones.hair[1], tones.hair[2], 0.0 * y);
  blend(out, out.r * 0.72, out.g * 0.66, out.b * 0.64, 0.5);
}

function complexion({ scene, face, pixel, fine, tones }: HeadPaint, x: number, y: number, z: number, out: Ink): void {
  const ax = Math.abs(x);
  const flush = 0.16 + 0.1 * Math.max(0, face.smile) + 0.55 * scene[AT.blush];
  blend(out, out.r * 1.0 + 0.03, out.g * 0.76, out.b * 0.78, flush * bell(ax - 0.4, 0.15) * bell(y + 0.19, 0.13));
  blend(out, out.r, out.g * 0.84, out.b * 0.85, 0.3 * bell(x, 0.1) * bell(y - face.noseY, 0.07));
  // Shadow that hair throws on the forehead and temples, and the soft shadow under the lip and the jaw.
  const top = smoothstep(0.42, 0.78, y) * 0.4 + smoothstep(0.45, 0.72, ax) * 0.2;
  const jaw = smoothstep(-0.72, -0.98, y / face.height) * 0.45;
  const lip = 0.3 * bell(x, 0.14) * bell(y - (face.mouthY - face.lowerLip - 0.05 - 0.12 * face.open), 0.03);
  const socket =
    (0.24 + 0.06 * face.z('socket')) * bell(ax - face.eyeX * 0.86, 0.12) * bell(y - face.eyeY - 0.05, 0.06);
  const shadow = clamp01(top + jaw + lip + socket);
  blend(out, out.r * 0.66, out.g * 0.52, out.b * 0.48, shadow);
  const freckles = clamp01(scene[AT.freckles] * 0.55 - 0.25);
  if (freckles > 0 && ax < 0.6) {
    const spot = smoothstep(0.68, 0.8, noise2(x * 46, y * 46, 11)) * bell(y + 0.12, 0.16) * fine;
    const veil = 0.16 * bell(y + 0.12, 0.14) * bell(ax - 0.22, 0.2);
    blend(out, out.r * 0.7, out.g * 0.5, out.b * 0.4, freckles * (0.75 * spot + veil));
  }
  if (fine > 0 && pixel < 0.02) {
    const pores = (noise2(x * 90, y * 90, 5) - 0.5) * 0.022 * fine;
    out.r += pores;
    out.g += pores;
    out.b += pores;
  }
  const scalp = smoothstep(0.74, 0.92, y / face.height) * smoothstep(0.35, 0.0, z - 0.2);
  blend(out, tones.hair[0], tones.hair[1], tones.hair[2], 0.5 * scalp * clamp01(2 + scene[AT.hairVolume]));
}

function nose({ face, pixel }: HeadPaint, x: number, y: number, out: Ink): void {
  if (Math.abs(x) > 0.3 || y < face.noseY - 0.18 || y > face.eyeY + 0.2) return;
  const ax = Math.abs(x);
  const wing = face.noseWide;
  const under = bell(x, wing * 1.15) * bell(y - (face.noseY - 0.062), 0.026);
  blend(out, out.r * 0.62, out.g * 0.44, out.b * 0.4, 0.62 * under);
  const nostril =
    bell(ax - wing * 0.74, wing * 0.3 + 0.25 * pixel) *
    bell(y - (face.noseY - 0.046) - 0.1 * (ax - wing * 0.7), 0.013 + 0.3 * pixel);
  blend(out, 0.2 * out.r, 0.12 * out.g, 0.11 * out.b, 0.85 * nostril * clamp01(0.02 / pixel + 0.3));
  const crease =
    line(ax - wing * 1.72 + 0.35 * (y - face.noseY - 0.02) * (y - face.noseY), 0.01, pixel) *
    bell(y - face.noseY, 0.05);
  blend(out, out.r * 0.66, out.g * 0.5, out.b * 0.46, 0.5 * crease);
  const side =
    bell(ax - wing * 0.95, 0.04) *
    smoothstep(face.eyeY + 0.1, face.noseY + 0.12, y) *
    smoothstep(face.noseY - 0.02, face.noseY + 0.1, y);
  blend(out, out.r * 0.84, out.g * 0.74, out.b * 0.72, 0.22 * side);
  out.gloss +=
    0.16 * bell(x, 0.035) * bell(y - face.noseY - 0.03, 0.06) +
    0.06 * bell(x, 0.03) * smoothstep(face.noseY, face.noseY + 0.15, y);
}

/** Folds, forehead lines, crow's feet and bags: nothing at the average age, deep at the end of the scale. */
function ageLines({ face, pixel }: HeadPaint, x: number, y: number, out: Ink): void {
  const age = face.age;
  const ax = Math.abs(x);
  const dark = (amount: number): void => blend(out, out.r * 0.58, out.g * 0.44, out.b * 0.4, amount);
  const foldX = face.noseWide * 1.9 + (face.noseY - y) * 0.62;
  const fold = bell(y - (face.noseY - 0.13), 0.085);
  dark((0.1 + 0.24 * age + 0.16 * Math.max(0, face.smile)) * fold * line(ax - foldX, 0.016, pixel));
  const bag = face.eyeY - face.eyeTall * 1.15 - 0.03;
  dark(
    (0.08 + 0.16 * age) *
      bell(ax - face.eyeX, 0.1) *
      bell(y - bag + 1.2 * (ax - face.eyeX) * (ax - face.eyeX) * -1, 0.022),
  );
  if (age < 0.3) return;
  const old = age - 0.3;
  for (let i = 0; i < 3; i++) {
    const height = face.browY + 0.13 + 0.085 * i + 0.02 * Math.cos(x * 7 + i);
    dark(0.2 * old * bell(x, 0.34) * line(y - height, 0.009, pixel));
  }
  for (let i = -1; i <= 1; i++) {
    const cx = ax - face.eyeX - face.eyeWide - 0.055;
    dark(0.22 * old * bell(cx, 0.045) * line(y - face.eyeY - 0.01 - i * (0.03 + 0.35 * cx), 0.006, pixel));
  }
  dark(0.2 * old * bell(y - face.browY - 0.02, 0.05) * line(ax - 0.035, 0.008, pixel));
  dark(0.14 * old * bell(y - face.mouthY + 0.1, 0.1) * line(ax - face.mouthWide * 1.16 - 0.02, 0.014, pixel));
}

function beard({ scene, face, tones, fine }: HeadPaint, x: number, y: number, out: Ink): void {
  const full = clamp01(scene[AT.beard] * 0.5 - 0.2);
  const lip = clamp01(Math.max(scene[AT.moustache] * 0.5 - 0.2, full * 0.9));
  if (full <= 0 && lip <= 0) return;
  const ax = Math.abs(x);
  const middle = lipLine(face, x);
  const cheek =
    smoothstep(-0.28, -0.5, y + 0.55 * Math.max(0, 0.5 - ax) - 0.12) *
    smoothstep(0.1, 0.3, ax + Math.max(0, face.mouthY - y));
  const chin = smoothstep(face.mouthY - face.lowerLip - 0.03, face.mouthY - face.lowerLip - 0.1, y);
  const moustache =
    bell(y - (middle + face.upperLip + 0.045), 0.034) * smoothstep(face.mouthWide * 1.3, face.mouthWide * 0.8, ax);
  const strokes = 1 - 0.45 * fine * noise2(x * 70, y * 26, 31);
  const amount = Math.max(full * Math.max(cheek * smoothstep(0.1, 0.34, ax), chin), lip * moustache) * strokes;
  blend(out, tones.brow[0], tones.brow[1], tones.brow[2], 0.92 * amount);
  out.gloss *= 1 - amount;
}
