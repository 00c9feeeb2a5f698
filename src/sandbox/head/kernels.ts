/** Small shape functions that geometry and paint are made of. All are smooth, so that a fit can follow them. */

/** A compact bell: like exp(-x²/2s²), zero beyond 2.8 s, and far cheaper. */
export function bell(x: number, s: number): number {
  const k = 1 - (x * x) / (8 * s * s);
  if (k <= 0) return 0;
  const k2 = k * k;
  return k2 * k2;
}

export function clamp01(x: number): number {
  return x < 0 ? 0 : x > 1 ? 1 : x;
}

export function lerp(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

/** 0 below `from`, 1 above `to`, smooth between. `from` may exceed `to`. */
export function smoothstep(from: number, to: number, x: number): number {
  const t = clamp01((x - from) / (to - from));
  return t * t * (3 - 2 * t);
}

/** Coverage of a pixel of size `pixel` by a region, `inside` being the signed distance to its edge. */
export function edge(inside: number, pixel: number): number {
  return clamp01(0.5 + inside / pixel);
}

/** A soft line of half-width `s` seen through a pixel: as wide as the pixel at least, and fainter for it. */
export function line(distance: number, s: number, pixel: number): number {
  const wide = Math.sqrt(s * s + 0.12 * pixel * pixel);
  return (s / wide) * bell(distance, wide);
}

/** Soft limit at about ±2.6: keeps far-out identity numbers drawable without a hard stop. */
export function soft(x: number): number {
  return 2.6 * Math.tanh(x / 2.6);
}
