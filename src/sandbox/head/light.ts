import { AT, type Scene } from './scene.js';

/** What paint hands to the light: a colour, how shiny it is, and light it gives by itself (all about 0..1). */
export interface Ink {
  r: number;
  g: number;
  b: number;
  gloss: number;
  glow: number;
  /** 1 = skin: light bleeds a little red where shadow begins. */
  soft: number;
}

export function ink(): Ink {
  return { r: 0, g: 0, b: 0, gloss: 0, glow: 0, soft: 0 };
}

export function blend(into: Ink, r: number, g: number, b: number, t: number): void {
  if (t <= 0) return;
  const k = t > 1 ? 1 : t;
  into.r += (r - into.r) * k;
  into.g += (g - into.g) * k;
  into.b += (b - into.b) * k;
}

export interface Light {
  x: number;
  y: number;
  z: number;
  /** Half-way vector between the light and the eye. */
  hx: number;
  hy: number;
  hz: number;
  key: number;
  fill: number;
  warmth: number;
  rim: number;
  rimRed: number;
  rimGreen: number;
  rimBlue: number;
}

export function lightOf(scene: Scene): Light {
  const x = scene[AT.keyX];
  const y = scene[AT.keyY];
  const length = Math.sqrt(x * x + y * y + 0.72);
  const [lx, ly, lz] = [x / length, y / length, 0.8485 / length];
  const half = Math.sqrt(lx * lx + ly * ly + (lz + 1) * (lz + 1));
  return {
    x: lx,
    y: ly,
    z: lz,
    hx: lx / half,
    hy: ly / half,
    hz: (lz + 1) / half,
    key: scene[AT.key],
    fill: scene[AT.fill],
    warmth: scene[AT.warmth],
    rim: scene[AT.rim],
    rimRed: scene[AT.rimRed],
    rimGreen: scene[AT.rimGreen],
    rimBlue: scene[AT.rimBlue],
  };
}

/** Lights one piece of surface and writes three display values (0..1 and a little above). */
export function shade(
  paint: Ink,
  light: Light,
  nx: number,
  ny: number,
  nz: number,
  into: Float32Array,
  k: number,
): void {
  const scale = 1 / (Math.sqrt(nx * nx + ny * ny + nz * nz) || 1);
  nx *= scale;
  ny *= scale;
  nz *= scale;
  const facing = nx * light.x + ny * light.y + nz * light.z;
  const direct = facing > 0 ? facing : 0;
  const wrapped = facing > -0.45 ? (facing + 0.45) / 1.45 : 0;
  const key = light.key * (0.5 * direct + 0.5 * wrapped);
  const sky = light.fill * (0.72 + 0.2 * ny + 0.14 * nz);
  const bleed = paint.soft * light.key * (wrapped - direct) * 0.22;
  const highlight = nx * light.hx + ny * light.hy + nz * light.hz;
  let shine = 0;
  if (paint.gloss > 0 && highlight > 0.6) {
    const h2 = highlight * highlight;
    const h8 = h2 * h2 * h2 * h2;
    shine = paint.gloss * light.key * (0.25 * h8 + 0.75 * h8 * h8 * h8);
  }
  const away = 1 - (nz > 0 ? nz : 0);
  const rim = light.rim * away * away * away * (0.55 + 0.45 * (nx > 0 ? nx : -nx));
  const w = light.warmth;
  into[k] = paint.r * (key * (1 + 0.16 * w) + sky * (1 + 0.04 * w) + bleed) + shine + paint.glow + rim * light.rimRed;
  into[k + 1] = paint.g * (key * (1 + 0.01 * w) + sky + bleed * 0.25) + shine + paint.glow + rim * light.rimGreen;
  into[k + 2] =
    paint.b * (key * (1 - 0.2 * w) + sky * (1 - 0.05 * w) + bleed * 0.1) +
    shine * 0.97 +
    paint.glow +
    rim * light.rimBlue;
}

/** Display value of a lit value: straight up to 0.75, then a soft shoulder below 1. */
export function develop(value: number): number {
  if (value <= 0) return 0;
  const v = Math.pow(value, 0.86);
  return v < 0.75 ? v : 1 - 0.25 / (1 + (v - 0.75) * 4);
}
