import { EMBEDDING, TRAINABLE } from './adapter.js';

/** A (rank x EMBEDDING) listens to the caption, B (numbers x rank) says how far each number moves. */
export interface LowRank {
  a: Float32Array;
  b: Float32Array;
}

export interface Passed {
  hidden: Float64Array;
  out: Float64Array;
}

interface Scale {
  rank: number;
  alpha: number;
}

export function forward({ rank, alpha }: Scale, { a, b }: LowRank, text: Float64Array): Passed {
  const hidden = new Float64Array(rank);
  const out = new Float64Array(TRAINABLE.length);
  for (let r = 0; r < rank; r++) {
    for (let e = 0; e < EMBEDDING; e++) hidden[r] += a[r * EMBEDDING + e] * text[e];
    for (let d = 0; d < out.length; d++) out[d] += (alpha / rank) * hidden[r] * b[d * rank + r];
  }
  return { hidden, out };
}

/** The gradients of both parts, from what pulls at each number. */
export function backward(
  { rank, alpha }: Scale,
  { a, b }: LowRank,
  text: Float64Array,
  hidden: Float64Array,
  pull: Float64Array,
): { a: Float64Array; b: Float64Array } {
  const gradA = new Float64Array(a.length);
  const gradB = new Float64Array(b.length);
  for (let r = 0; r < rank; r++) {
    let back = 0;
    for (let d = 0; d < pull.length; d++) {
      gradB[d * rank + r] = (alpha / rank) * pull[d] * hidden[r];
      back += (alpha / rank) * pull[d] * b[d * rank + r];
    }
    for (let e = 0; e < EMBEDDING; e++) gradA[r * EMBEDDING + e] = back * text[e];
  }
  return { a: gradA, b: gradB };
}
