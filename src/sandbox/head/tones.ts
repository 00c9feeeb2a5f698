import { AT, type Scene } from './scene.js';
import { clamp01, lerp, soft } from './kernels.js';

export type Tone = [r: number, g: number, b: number];

const SKIN: readonly Tone[] = [
  [0.3, 0.19, 0.14],
  [0.5, 0.33, 0.24],
  [0.72, 0.51, 0.38],
  [0.88, 0.69, 0.57],
  [0.95, 0.79, 0.7],
  [0.99, 0.88, 0.82],
];
const HAIR: readonly Tone[] = [
  [0.045, 0.042, 0.05],
  [0.085, 0.065, 0.058],
  [0.17, 0.105, 0.07],
  [0.36, 0.22, 0.13],
  [0.66, 0.47, 0.27],
  [0.93, 0.79, 0.55],
];
const IRIS: readonly Tone[] = [
  [0.1, 0.06, 0.045],
  [0.2, 0.115, 0.07],
  [0.34, 0.21, 0.11],
  [0.4, 0.37, 0.24],
  [0.33, 0.46, 0.55],
  [0.4, 0.58, 0.74],
];

/** Colours of skin, hair, brows and iris that the identity numbers stand for. */
export interface Tones {
  skin: Tone;
  hair: Tone;
  brow: Tone;
  iris: Tone;
  lip: Tone;
}

export function tonesOf(scene: Scene): Tones {
  const skin = ramp(SKIN, 3.1 + 1.15 * soft(scene[AT.skinTone]));
  const hue = soft(scene[AT.skinHue]) * 0.018;
  skin[0] += 0.3 * hue;
  skin[1] -= hue;
  skin[2] += 0.4 * hue;
  const natural = hairTone(scene);
  const dye = scene[AT.dye];
  const hair: Tone = [
    lerp(natural[0], scene[AT.dyeRed], dye),
    lerp(natural[1], scene[AT.dyeGreen], dye),
    lerp(natural[2], scene[AT.dyeBlue], dye),
  ];
  const browTone = 0.62 + 0.16 * soft(scene[AT.browTone]);
  const brow: Tone = [0, 1, 2].map((i) => lerp(0.5 * skin[i], natural[i], clamp01(browTone))) as Tone;
  const iris = ramp(IRIS, 1.1 + 1.3 * soft(scene[AT.irisTone]));
  const green = soft(scene[AT.irisGreen]);
  iris[1] *= 1 + 0.09 * Math.max(0, green);
  iris[2] *= 1 - 0.16 * Math.max(0, green);
  const pink = 0.5 + 0.1 * soft(scene[AT.lipTone]);
  const lip: Tone = [
    lerp(skin[0] * 0.92, 0.78, pink),
    lerp(skin[1] * 0.7, 0.36, pink),
    lerp(skin[2] * 0.72, 0.38, pink),
  ];
  return { skin, hair, brow, iris, lip };
}

function hairTone(scene: Scene): Tone {
  const hair = ramp(HAIR, 1.7 + 1.25 * soft(scene[AT.hairTone]));
  const red = 0.5 * Math.max(0, soft(scene[AT.hairRed]));
  const level = hair[0] + 0.12;
  hair[0] += 0.22 * red * level;
  hair[1] -= 0.14 * red * hair[1];
  hair[2] -= 0.3 * red * hair[2];
  const grey = clamp01(0.5 * soft(scene[AT.hairGrey]) - 0.35);
  return [lerp(hair[0], 0.74, grey), lerp(hair[1], 0.74, grey), lerp(hair[2], 0.75, grey)];
}

function ramp(tones: readonly Tone[], at: number): Tone {
  const t = Math.min(tones.length - 1.001, Math.max(0, at));
  const i = Math.floor(t);
  const f = t - i;
  return [0, 1, 2].map((c) => lerp(tones[i][c], tones[i + 1][c], f)) as Tone;
}
