import { clamp01, lerp, smoothstep } from './kernels.js';
import type { Ink, Light } from './light.js';
import { noise1, noise2 } from './random.js';
import { AT, type Scene } from './scene.js';
import type { Tones } from './tones.js';

export interface HairPaint {
  scene: Scene;
  tones: Tones;
  light: Light;
  fine: number;
  /** Locks fade before they get narrower than a pixel: aliased, they would drown what a fit looks for. */
  locks: number;
}

/** Strands run along `along` (0 crown .. 1 tips); their shine is a band across them, as on real hair. */
export function paintHair(
  paint: HairPaint,
  y: number,
  around: number,
  along: number,
  nx: number,
  ny: number,
  nz: number,
  out: Ink,
): void {
  const { tones, fine, light, scene } = paint;
  const wander = 0.25 * noise1(along * 5, 9);
  const coarse = lerp(0.5, noise1(around * 11 + wander * 3, 13), paint.locks);
  const strand = 0.72 + 0.34 * coarse + fine * 0.4 * (noise2(around * 62 + wander * 9, along * 4, 29) - 0.5);
  const depth = 0.62 + 0.38 * smoothstep(0.03, 0.28, along);
  const shadow = 1 - 0.32 * smoothstep(0.55, 1, along) * clamp01(-y);
  const level = strand * depth * shadow;
  out.r = tones.hair[0] * level;
  out.g = tones.hair[1] * level;
  out.b = tones.hair[2] * level;
  // Kajiya-Kay in the small: brightest where the strand lies square to the half-way vector.
  const tilt = ny * 0.75 + nz * light.hz * 0.55 + nx * light.hx + 0.16 * (coarse - 0.5);
  const band = Math.exp(-Math.pow((tilt - 0.78) / 0.17, 2));
  const shine = light.key * band * (0.085 + 0.3 * (out.r + out.g + out.b) * 0.33) * (0.5 + 0.8 * coarse);
  out.r += shine * (0.6 + tones.hair[0]);
  out.g += shine * (0.58 + tones.hair[1]);
  out.b += shine * (0.6 + tones.hair[2]);
  out.gloss = 0.03;
  out.glow = 0;
  out.soft = 0;
  const hat = scene[AT.hat];
  if (hat > 0) wear(scene, y, around, hat, out);
}

function wear(scene: Scene, y: number, around: number, hat: number, out: Ink): void {
  const cover = hat * smoothstep(0.44, 0.46, y);
  const knit = 0.85 + 0.15 * Math.sin(around * 60) * smoothstep(0.62, 0.6, y) + 0.1 * smoothstep(0.6, 0.62, y);
  out.r += (scene[AT.clothRed] * knit - out.r) * cover;
  out.g += (scene[AT.clothGreen] * knit - out.g) * cover;
  out.b += (scene[AT.clothBlue] * knit - out.b) * cover;
}
