import { bell, clamp01, edge, lerp, smoothstep } from './kernels.js';
import { noise1, noise2 } from './random.js';
import { AT, type Scene } from './scene.js';

/** Fills the whole picture with the backdrop: a gradient, and whatever of its patterns has weight. */
export function paintBackground(scene: Scene, width: number, height: number, into: Float32Array): void {
  const glow = scene[AT.glow];
  const unit = Math.min(width, height);
  const top = [scene[AT.topRed], scene[AT.topGreen], scene[AT.topBlue]];
  const bottom = [scene[AT.bottomRed], scene[AT.bottomGreen], scene[AT.bottomBlue]];
  const patterned =
    scene[AT.horizon] > 0 || scene[AT.leaves] > 0 || scene[AT.beams] > 0 || scene[AT.city] > 0 || scene[AT.neon] > 0;
  const accent = [scene[AT.accentRed], scene[AT.accentGreen], scene[AT.accentBlue]];
  for (let row = 0, k = 0; row < height; row++) {
    const y = (row + 0.5) / height;
    const fall = smoothstep(0, 1, y);
    for (let column = 0; column < width; column++, k += 3) {
      const x = (column + 0.5 - width / 2) / unit;
      const light = 1 + glow * (0.42 * bell(Math.hypot(x, (y - 0.42) * (height / unit)), 0.38) - 0.22);
      for (let c = 0; c < 3; c++) into[k + c] = lerp(top[c], bottom[c], fall) * light;
      if (patterned) pattern(scene, x, y, 1 / unit, accent, into, k);
    }
  }
  if (scene[AT.bokeh] > 0) bokeh(scene, width, height, unit, accent, into);
}

function pattern(
  scene: Scene,
  x: number,
  y: number,
  pixel: number,
  accent: number[],
  into: Float32Array,
  k: number,
): void {
  const shift = scene[AT.variant];
  const horizon = scene[AT.horizon];
  if (horizon > 0) {
    const sea = smoothstep(0.5, 0.52, y) * smoothstep(0.78, 0.74, y);
    const sand = smoothstep(0.72, 0.8, y);
    const waves = 0.86 + 0.2 * noise2(x * 9 + shift, y * 70, 3);
    tint(into, k, 0.2 * waves, 0.5 * waves, 0.62 * waves, horizon * sea * 0.9);
    tint(into, k, 0.87, 0.77, 0.6, horizon * sand);
  }
  const leaves = scene[AT.leaves];
  if (leaves > 0) {
    const foliage = noise2(x * 5 + shift, y * 5, 5) * 0.65 + noise2(x * 9 + y * 4, y * 9 - x * 4 + shift, 8) * 0.35;
    tint(into, k, 0.1 + 0.3 * foliage, 0.2 + 0.45 * foliage, 0.08 + 0.16 * foliage, leaves * 0.9);
    add(into, k, [0.9, 0.95, 0.6], leaves * 0.25 * smoothstep(0.5, 0.95, foliage));
  }
  const city = scene[AT.city];
  if (city > 0) paintCity(city, x, y, shift, into, k);
  const beams = scene[AT.beams];
  if (beams > 0) {
    for (let i = 0; i < 5; i++) {
      const source = (i - 2) * 0.27 + 0.03 * shift;
      const lean = (i - 2) * -0.2 + 0.12 * Math.sin(i * 2.4 + shift);
      const spread = 0.015 + 0.13 * y;
      const beam = bell(x - source - lean * y, spread) * (1 - 0.72 * y) * 0.75;
      add(into, k, i % 2 ? accent : [accent[2], accent[0], accent[1]], beams * beam * 0.8);
    }
  }
  const neon = scene[AT.neon];
  if (neon > 0) {
    for (let i = 0; i < 3; i++) {
      const at = (i - 1) * 0.36 + 0.05 * shift;
      const tube = Math.abs(x - at - 0.22 * (y - 0.4) * (i - 1));
      const colour = i === 1 ? [accent[2], accent[1], accent[0]] : accent;
      add(
        into,
        k,
        colour,
        neon *
          (0.9 * edge(0.008 - tube, pixel * 3) + 0.5 * bell(tube, 0.07)) *
          smoothstep(0.02, 0.12, y) *
          smoothstep(0.95, 0.8, y),
      );
    }
  }
}

function paintCity(city: number, x: number, y: number, shift: number, into: Float32Array, k: number): void {
  const block = Math.floor(x * 9 + shift * 0.3 + 40);
  const roof = 0.16 + 0.34 * noise1(block, 71);
  const building = smoothstep(roof, roof + 0.01, y);
  tint(into, k, 0.07, 0.08, 0.13, city * 0.8 * building);
  const wx = Math.abs(((x * 63 + 400) % 1) - 0.5);
  const wy = Math.abs(((y * 40) % 1) - 0.5);
  const lit = noise1(Math.floor(x * 63 + 400) * 13 + Math.floor(y * 40) * 131, 5) > 0.62 ? 1 : 0;
  add(into, k, [1, 0.82, 0.5], city * 0.5 * lit * building * smoothstep(0.4, 0.2, wx) * smoothstep(0.42, 0.25, wy));
}

/** Out-of-focus lights: soft discs with brighter rims, drawn one by one. */
function bokeh(scene: Scene, width: number, height: number, unit: number, accent: number[], into: Float32Array): void {
  const amount = scene[AT.bokeh];
  for (let i = 0; i < 26; i++) {
    const cx = fraction(0.37 * i + 0.13 * noise1(i, 3) + 0.02 * scene[AT.variant] * (1 + (i % 3))) * width;
    const cy = fraction(0.61 * i + 0.21 * noise1(i, 9)) * height * 0.85;
    const radius = (0.02 + 0.05 * noise1(i * 7, 21)) * unit;
    const strength = amount * (0.14 + 0.3 * noise1(i * 3, 33));
    const colour = i % 3 === 0 ? [1, 0.9, 0.75] : i % 3 === 1 ? accent : [accent[1], accent[2], accent[0]];
    const reach = Math.ceil(radius) + 1;
    for (let y = Math.max(0, Math.floor(cy - reach)); y < Math.min(height, cy + reach); y++) {
      for (let x = Math.max(0, Math.floor(cx - reach)); x < Math.min(width, cx + reach); x++) {
        const d = Math.hypot(x + 0.5 - cx, y + 0.5 - cy);
        const inside = clamp01((radius - d) / (0.12 * radius + 0.5));
        add(into, (y * width + x) * 3, colour, strength * inside * (0.65 + 0.35 * smoothstep(0.6, 1, d / radius)));
      }
    }
  }
}

function fraction(x: number): number {
  return x - Math.floor(x);
}

function tint(into: Float32Array, k: number, r: number, g: number, b: number, t: number): void {
  into[k] += (r - into[k]) * t;
  into[k + 1] += (g - into[k + 1]) * t;
  into[k + 2] += (b - into[k + 2]) * t;
}

function add(into: Float32Array, k: number, colour: number[], t: number): void {
  into[k] += colour[0] * t;
  into[k + 1] += colour[1] * t;
  into[k + 2] += colour[2] * t;
}
