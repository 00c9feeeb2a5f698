import { lipLine } from './face.js';
import { bell, clamp01, edge, lerp, line } from './kernels.js';
import { blend, type Ink } from './light.js';
import type { HeadPaint } from './paint-skin.js';
import { noise1 } from './random.js';
import { AT } from './scene.js';

/** Lips with a cupid's bow, the line between them or the open mouth with teeth. */
export function paintMouth({ scene, face, tones, pixel, fine }: HeadPaint, x: number, y: number, out: Ink): void {
  const q = x / face.mouthWide;
  if (q * q > 1.5 || y > face.mouthY + 0.2 || y < face.mouthY - 0.42) return;
  const middle = lipLine(face, x);
  const arc = Math.max(0, 1 - q * q);
  const bow = 1 - 0.26 * bell(q, 0.1) + 0.1 * bell(Math.abs(q) - 0.22, 0.12);
  const teethGap = 0.03 * clamp01((face.smile - 0.55) * 2);
  const gap = (0.15 * face.open + teethGap) * Math.pow(arc, 0.7);
  const top = middle + face.upperLip * Math.pow(arc, 0.75) * bow + 0.12 * gap;
  const low = middle - gap;
  const bottom = low - face.lowerLip * Math.pow(arc, 0.62);
  const cover = q * q < 1 ? edge(Math.min(top - y, y - bottom), pixel * 1.6 + 0.006) : 0;
  const red = scene[AT.lipstick];
  const shadow = y > middle ? 0.84 : 1.03;
  const fold = 1 - 0.1 * fine * noise1(q * 24, 3);
  blend(
    out,
    lerp(tones.lip[0], scene[AT.lipRed], red) * shadow * fold,
    lerp(tones.lip[1], scene[AT.lipGreen], red) * shadow * fold,
    lerp(tones.lip[2], scene[AT.lipBlue], red) * shadow * fold,
    cover * (0.82 + 0.18 * red),
  );
  out.gloss += cover * (0.16 + 0.5 * scene[AT.gloss] + 0.15 * red);
  const wet = bell(q, 0.45) * bell(y - lerp(low, bottom, 0.42), 0.012);
  out.glow += cover * wet * (0.05 + 0.22 * scene[AT.gloss]);
  if (gap > 0.004 && q * q < 1) paintInside(x, y, middle, low, gap, face.open, pixel, out);
  const corner = 0.35 * bell(Math.abs(q) - 1.0, 0.09) * bell(y - middle, 0.018);
  const seam = q * q < 1.08 ? line(y - middle, 0.008, pixel) * Math.pow(arc, 0.2) * (gap > 0.02 ? 0.3 : 1) : 0;
  blend(out, 0.26 * out.r, 0.13 * out.g, 0.14 * out.b, clamp01(0.78 * seam + corner));
}

function paintInside(
  x: number,
  y: number,
  middle: number,
  low: number,
  gap: number,
  open: number,
  pixel: number,
  out: Ink,
): void {
  const cover = edge(Math.min(middle - y, y - low), pixel);
  if (cover <= 0) return;
  blend(out, 0.2, 0.055, 0.06, cover);
  const toothEdge = middle - Math.min(gap, 0.05 + 0.02 * open);
  const teeth = edge(y - toothEdge, pixel) * cover;
  const between = 0.12 * line(Math.abs(((x + 10) % 0.052) - 0.026) - 0.026, 0.003, pixel);
  blend(out, 0.93 - between, 0.91 - between, 0.87 - between, teeth * bell(x, 0.19));
  blend(out, 0.66, 0.28, 0.3, 0.8 * cover * bell(x, 0.11) * bell(y - low, 0.045) * clamp01(open * 2));
  out.soft *= 1 - cover;
}
