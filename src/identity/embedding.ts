import { alignedSize, arcFaceTemplate, fitSimilarity, warp, type Point } from './alignment.js';
import type { Picture } from './picture.js';
import { greyOf, planesOf } from './pixels.js';
import type { Model } from './sessions.js';

/** The face turned upright onto ArcFace's template: alignedSize x alignedSize RGB, 0 to 255. */
export function alignFace(picture: Picture, landmarks5: readonly Point[]): Float32Array {
  return warp(picture, fitSimilarity(landmarks5, arcFaceTemplate));
}

/** 512 numbers of length 1. Channels go in as BGR: it tells people apart a little better than RGB. */
export async function embed(model: Model, aligned: Float32Array): Promise<Float32Array> {
  const input = planesOf(aligned, (value) => (value - 127) / 128, true);
  const [output] = Object.values(await model.run(input, [1, 3, alignedSize, alignedSize]));
  return normalise(output.data as Float32Array);
}

/** Of two embeddings of length 1: -1 to 1. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return Math.min(1, Math.max(-1, sum));
}

/** Variance of the Laplacian over the aligned face; higher is sharper (Pech-Pacheco et al. 2000). */
export function sharpnessOf(aligned: Float32Array, size = alignedSize): number {
  const grey = greyOf(aligned);
  let [sum, squares, count] = [0, 0, 0];
  for (let y = 1; y < size - 1; y++)
    for (let x = 1; x < size - 1; x++) {
      const at = y * size + x;
      const value = grey[at - 1] + grey[at + 1] + grey[at - size] + grey[at + size] - 4 * grey[at];
      sum += value;
      squares += value * value;
      count++;
    }
  return squares / count - (sum / count) ** 2;
}

function normalise(values: Float32Array): Float32Array {
  let square = 0;
  for (const value of values) square += value * value;
  const length = Math.sqrt(square) || 1;
  return values.map((value) => value / length);
}
