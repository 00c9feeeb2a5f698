import { fitSimilarity, warp } from './alignment.js';
import type { EmbedderInput, Point } from '../models/embedder.js';
import { greyOf, planesOf, type Pixels } from './pixels.js';
import type { Model } from './sessions.js';

/** The face turned upright onto the embedder's template: size x size RGB. */
export function alignFace(picture: Pixels, landmarks5: readonly Point[], { template, size }: FaceFrame): Uint8Array {
  return warp(picture, fitSimilarity(landmarks5, template), size);
}

export type FaceFrame = Pick<EmbedderInput, 'template' | 'size'>;

/** As many numbers as the model gives, brought to length 1; and the length that they had. */
export async function embed(
  model: Model,
  aligned: Uint8Array,
  input: EmbedderInput,
): Promise<{ embedding: Float32Array; length: number }> {
  const [output] = Object.values(await model.run(planesOf(aligned, input), [1, 3, input.size, input.size]));
  return normalise(output.data);
}

/** Of two embeddings of length 1: -1 to 1. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return Math.min(1, Math.max(-1, sum));
}

/** Variance of the Laplacian over the aligned face; higher is sharper (Pech-Pacheco et al. 2000). */
export function sharpnessOf(aligned: Uint8Array, size: number): number {
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

function normalise(values: Float32Array): { embedding: Float32Array; length: number } {
  let square = 0;
  for (const value of values) square += value * value;
  const length = Math.sqrt(square);
  return { embedding: values.map((value) => value / (length || 1)), length };
}
