import type { Box } from './boxes.js';
import { cosine } from './embedding.js';
import { nearlyRepeats } from './duplicates.js';
import type { FaceEngine, FaceMeasurement } from './engine.js';
import { measureCached, type Measured, type PictureSource } from './measurements.js';
import { identityTo, nearestTo } from './references.js';
import type { ScoredPicture } from './scored-picture.js';

export interface NamedPicture {
  /** What results and messages call it; unique in its list. */
  key: string;
  source: PictureSource;
}

export interface ScoreInput {
  images: NamedPicture[];
  /** Identity is measured against these; never training pictures. */
  references: NamedPicture[];
  training?: NamedPicture[];
  /** Pictures kept before, which an image may nearly repeat. */
  kept?: NamedPicture[];
}

export interface ScoreOptions {
  signal?: AbortSignal;
  onProgress?: (progress: { done: number; of: number }) => void;
}

export interface ScoredFace extends ScoredPicture {
  /** The whole measurement, in this process only; null for a bad picture. */
  face: FaceMeasurement | null;
  /** Cosine to each reference that shows a face, in their order. */
  similarities: { reference: string; similarity: number }[];
}

export interface ScoreResult {
  images: ScoredPicture[];
  references: { key: string; faces: number; error: string | null }[];
}

/** As `compareBatch`, without what must not travel: embeddings stay in this process. */
export async function scoreBatch(engine: FaceEngine, input: ScoreInput, options?: ScoreOptions): Promise<ScoreResult> {
  const { images, references } = await compareBatch(engine, input, options);
  return { references, images: images.map(({ face: _face, similarities: _similarities, ...picture }) => picture) };
}

/**
 * Measures every image and compares it with references and training pictures. The batch never stops for a bad picture:
 * it is a result with 0 faces and its error. References without a face are told and left out.
 * @throws ModelError, or the signal's reason
 */
export async function compareBatch(
  engine: FaceEngine,
  { images, references, training = [], kept = [] }: ScoreInput,
  { signal, onProgress }: ScoreOptions = {},
): Promise<Omit<ScoreResult, 'images'> & { images: ScoredFace[] }> {
  const of = images.length + references.length + training.length + kept.length;
  let done = 0;
  const measureAll = async (pictures: readonly NamedPicture[]): Promise<Measured[]> => {
    const results: Measured[] = [];
    for (const { key, source } of pictures) {
      signal?.throwIfAborted();
      results.push(await measureCached(engine, source, key));
      onProgress?.({ done: ++done, of });
    }
    return results;
  };
  const measuredReferences = await measureAll(references);
  const comparison: Comparison = {
    references: facesOf(references, measuredReferences),
    training: facesOf(training, await measureAll(training)),
    earlier: facesOf(kept, await measureAll(kept)),
  };
  const measured = await measureAll(images);
  return {
    images: images.map(({ key }, index) => compare(key, measured[index], comparison)),
    references: references.map(({ key }, index) => {
      const { face, error } = measuredReferences[index];
      return { key, faces: face?.faces ?? 0, error };
    }),
  };
}

interface KnownFace {
  key: string;
  measurement: FaceMeasurement;
  embedding: Float32Array;
  yaw: number;
}

interface Comparison {
  references: KnownFace[];
  training: KnownFace[];
  /** Grows by every image, so that the first of two alike is the original. */
  earlier: KnownFace[];
}

function compare(key: string, { face, error }: Measured, { references, training, earlier }: Comparison): ScoredFace {
  const own = face && knownFace(key, face);
  const duplicateOf = own
    ? (earlier.find((other) => nearlyRepeats(other.measurement, own.measurement))?.key ?? null)
    : null;
  if (own) earlier.push(own);
  return {
    key,
    measured: {
      width: face?.width ?? 0,
      height: face?.height ?? 0,
      faces: face?.faces ?? 0,
      box: (face?.chosen?.box.map((value) => rounded(value, 1)) as Box | undefined) ?? null,
      pose: face?.chosen?.pose ?? null,
      sharpness: rounded(face?.chosen?.sharpness ?? null, 1),
      identity: rounded(own && identityTo(own, references), 4),
      nearestTraining: rounded(own && nearestTo(own.embedding, training), 4),
    },
    expression: face?.chosen?.expression ?? null,
    duplicateOf,
    error,
    face,
    similarities: own
      ? references.map((other) => ({ reference: other.key, similarity: cosine(own.embedding, other.embedding) }))
      : [],
  };
}

/** Results travel through workflow histories: digits beyond what can be measured only fill them. */
function rounded<T extends number | null>(value: T, digits: number): T {
  return (value === null ? null : Number(value.toFixed(digits))) as T;
}

function facesOf(pictures: readonly NamedPicture[], measured: readonly Measured[]): KnownFace[] {
  return pictures.flatMap(({ key }, index) => {
    const { face } = measured[index];
    return (face && knownFace(key, face)) ?? [];
  });
}

function knownFace(key: string, measurement: FaceMeasurement): KnownFace | null {
  const { chosen } = measurement;
  return chosen && { key, measurement, embedding: chosen.embedding, yaw: chosen.pose.yaw };
}
