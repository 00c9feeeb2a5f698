/** A small, fast, seedable generator (mulberry32): uniform in [0, 1). */
export type Random = () => number;

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Standard normal (Box-Muller), two uniforms a call, so streams stay aligned. */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

/** FNV-1a over UTF-16 code units with a final avalanche: one 32-bit number for a text. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return avalanche(hash);
}

/** Mixes two 32-bit numbers into one, so that neighbouring seeds give unrelated streams. */
export function mixSeeds(a: number, b: number): number {
  return avalanche(Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ avalanche(b | 0));
}

function avalanche(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Lattice noise in [0, 1] over one dimension, smooth between whole numbers. */
export function noise1(x: number, salt: number): number {
  const cell = Math.floor(x);
  const t = x - cell;
  const s = t * t * (3 - 2 * t);
  return lattice(cell, salt) * (1 - s) + lattice(cell + 1, salt) * s;
}

/** Lattice noise in [0, 1] over two dimensions. */
export function noise2(x: number, y: number, salt: number): number {
  const row = Math.floor(y);
  const t = y - row;
  const s = t * t * (3 - 2 * t);
  return noise1(x, salt + row * 57) * (1 - s) + noise1(x, salt + (row + 1) * 57) * s;
}

function lattice(cell: number, salt: number): number {
  let h = Math.imul(cell ^ Math.imul(salt | 0, 0x27d4eb2d), 0x165667b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  return ((h ^ (h >>> 13)) >>> 0) / 4294967296;
}
