import type { Box } from '../engine/boxes.js';
import { picturesAtOnce, type FaceEngine, type MeasuredFace } from '../engine/engine.js';
import { inOrder, listInOrder } from './in-order.js';
import { fromFile, measureCached, type MeasureResult } from './measurements.js';
import { facing } from './matching-face.js';
import { describeImage, noFaces, roundedBox, thousandth, type ScoredImage, type KnownFace } from './scored-image.js';

export interface ScoreSetInput {
  references: readonly string[];
  images: readonly string[];
  training?: readonly string[];
}

export interface ScoredReference {
  path: string;
  faces: number;
  /** Of the face that is compared with: the largest, most central one. [left, top, right, bottom] in pixels. */
  box: Box | null;
  /** How sure the detector is of it, 0 to 1. */
  certainty: number | null;
  error?: string;
}

export interface ScoredSet {
  references: ScoredReference[];
  images: ScoredImage[];
  /** 1 - mean cosine between two of the images' faces; null below two. 0: all alike. */
  diversity: number | null;
}

export interface ScoreSetOptions {
  signal?: AbortSignal;
  onProgress?: (progress: { done: number; of: number }) => void;
}

/**
 * Measures files and compares each image with references and training pictures. Of an image only its numbers are kept:
 * memory grows by some hundred bytes a picture. A bad file is a result with its error.
 * @throws ModelError, or the signal's reason
 */
export async function scoreSet(
  engine: FaceEngine,
  { references, images, training = [] }: ScoreSetInput,
  { signal, onProgress }: ScoreSetOptions = {},
): Promise<ScoredSet> {
  const of = references.length + images.length + training.length;
  let done = 0;
  const measure = async (path: string): Promise<{ path: string; measured: MeasureResult }> => {
    signal?.throwIfAborted();
    const measured = await measureCached(engine, fromFile(path));
    onProgress?.({ done: ++done, of });
    return { path, measured };
  };
  const ofReferences = await listInOrder(references, picturesAtOnce, measure);
  const known = { references: ofReferences.flatMap(knownFace), training: [] as KnownFace[] };
  if (known.references.length > 0)
    known.training = (await listInOrder(training, picturesAtOnce, measure)).flatMap(knownFace);
  const spread = new Spread();
  const scored: ScoredImage[] = [];
  if (known.references.length > 0)
    for await (const { path, measured } of inOrder(images, picturesAtOnce, measure)) {
      const { face, error } = measured;
      const { chosen = null } = face ? facing(face, known.references) : {};
      if (chosen) spread.add(chosen.embedding);
      scored.push(face ? describeImage(path, face, known) : { ...noFaces(path), error });
    }
  return {
    references: ofReferences.map(({ path, measured: { face, error } }) => {
      const { box = null, certainty = null } = face?.chosen ?? {};
      const known = { box: box && roundedBox(box), certainty: certainty && thousandth(certainty) };
      return { path, faces: face?.faces ?? 0, ...known, ...(error === null ? {} : { error }) };
    }),
    images: scored,
    diversity: spread.diversity(),
  };
}

const knownFace = ({ path, measured: { face } }: { path: string; measured: MeasureResult }): KnownFace[] => {
  const chosen: MeasuredFace | null = face?.chosen ?? null;
  return chosen ? [{ path, embedding: chosen.embedding, yaw: chosen.pose.yaw }] : [];
};

/** The mean over all pairs from the length of the sum: |sum e|^2 = n + 2 sum of cosines. Linear in the pictures. */
class Spread {
  private sum: Float64Array | null = null;
  private n = 0;

  add(embedding: Float32Array): void {
    this.sum ??= new Float64Array(embedding.length);
    for (let i = 0; i < embedding.length; i++) this.sum[i] += embedding[i];
    this.n++;
  }

  diversity(): number | null {
    if (this.sum === null || this.n < 2) return null;
    const square = this.sum.reduce((total, value) => total + value * value, 0);
    return 1 - (square - this.n) / (this.n * (this.n - 1));
  }
}
