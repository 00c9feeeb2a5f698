import type { Box } from '../engine/boxes.js';
import { cosine } from '../engine/embedding.js';
import { nearlyRepeats } from './duplicates.js';
import { picturesAtOnce, type FaceEngine, type FaceMeasurement } from '../engine/engine.js';
import { listInOrder } from './in-order.js';
import { measureCached, type MeasureResult, type NamedPicture } from './measurements.js';
import { facing } from './matching-face.js';
import { identityTo, nearestTo } from './references.js';
import type { ScoredPicture } from '../../run/scored-picture.js';

export interface ScoreInput {
  images: NamedPicture[];
  /** Identity is measured against these; never training pictures. */
  references: NamedPicture[];
  training?: NamedPicture[];
  /** Kept before: an image that nearly repeats one of these, or an earlier image, is told. */
  kept?: NamedPicture[];
}

export interface ScoreOptions {
  signal?: AbortSignal;
  /** Counts every picture of the batch, references and training included. */
  onProgress?: (progress: { done: number; of: number }) => void;
}

/** With what stays in this process. */
export interface ComparedPicture extends ScoredPicture {
  /** Null for a bad picture. */
  face: FaceMeasurement | null;
  /** Cosine to each reference, in their order; null where either shows no face. */
  similarities: (number | null)[];
}

export interface Comparison<Result = ComparedPicture> {
  images: Result[];
  references: { key: string; faces: number; error: string | null }[];
}

/** As `compareBatch`, with only what may travel: embeddings stay in this process. */
export async function scoreBatch(
  engine: FaceEngine,
  input: ScoreInput,
  options?: ScoreOptions,
): Promise<Comparison<ScoredPicture>> {
  const { images, references } = await compareBatch(engine, input, options);
  return { references, images: images.map(({ face: _face, similarities: _similarities, ...picture }) => picture) };
}

/**
 * Measures every image and compares it with references and training pictures. The batch never stops for a bad picture:
 * it is a result with 0 faces and its error. References without a face are left out of the comparison.
 * @throws ModelError, what a `load` throws, or the signal's reason
 */
export async function compareBatch(
  engine: FaceEngine,
  { images, references, training = [], kept = [] }: ScoreInput,
  { signal, onProgress }: ScoreOptions = {},
): Promise<Comparison> {
  const of = images.length + references.length + training.length + kept.length;
  let done = 0;
  const measureOne = async (picture: NamedPicture): Promise<MeasureResult> => {
    signal?.throwIfAborted();
    const result = await measureCached(engine, picture);
    onProgress?.({ done: ++done, of });
    return result;
  };
  const measureAll = (pictures: readonly NamedPicture[]) => listInOrder(pictures, picturesAtOnce, measureOne);
  const ofReferences = await measureAll(references);
  const ofTraining = await measureAll(training);
  const ofKept = await measureAll(kept);
  const measured = await measureAll(images);
  const known = { references: ofReferences.map(knownFace), training: ofTraining.map(knownFace).filter(isKnown) };
  const originals = findOriginals([...kept, ...images], [...ofKept, ...measured]).slice(kept.length);
  return {
    images: images.map(({ key }, index) => compare(key, measured[index], known, originals[index])),
    references: references.map(({ key }, index) => {
      const { face, error } = ofReferences[index];
      return { key, faces: face?.faces ?? 0, error };
    }),
  };
}

interface KnownFace {
  embedding: Float32Array;
  yaw: number;
}

interface Known {
  references: (KnownFace | null)[];
  training: KnownFace[];
}

function compare(
  key: string,
  { face: whole, error }: MeasureResult,
  known: Known,
  duplicateOf: string | null,
): ComparedPicture {
  const references = known.references.filter(isKnown);
  const face = whole && facing(whole, references);
  const own = knownFace({ face });
  const to = (other: KnownFace | null) => own && other && cosine(own.embedding, other.embedding);
  return {
    key,
    measured: {
      width: face?.width ?? 0,
      height: face?.height ?? 0,
      faces: face?.faces ?? 0,
      certainty: rounded(face?.chosen?.certainty ?? null, 3),
      ...(face?.turned ? { turned: face.turned } : {}),
      box: (face?.chosen?.box.map((value) => rounded(value, 1)) as Box | undefined) ?? null,
      pose: face?.chosen?.pose ?? null,
      sharpness: rounded(face?.chosen?.sharpness ?? null, 1),
      identity: rounded(own && identityTo(own, references), 4),
      nearestTraining: rounded(own && nearestTo(own.embedding, known.training), 4),
    },
    expression: face?.chosen?.expression ?? null,
    duplicateOf,
    error,
    face,
    similarities: known.references.map((reference) => rounded(to(reference), 4)),
  };
}

/** For each picture the key of the first one it nearly repeats, or null. */
function findOriginals(pictures: readonly NamedPicture[], measured: readonly MeasureResult[]): (string | null)[] {
  return measured.map(({ face }, index) => {
    const repeats = (earlier: MeasureResult) =>
      face !== null && earlier.face !== null && nearlyRepeats(face, earlier.face);
    const original = measured.slice(0, index).findIndex(repeats);
    return original < 0 ? null : pictures[original].key;
  });
}

function knownFace({ face }: Pick<MeasureResult, 'face'>): KnownFace | null {
  const chosen = face?.chosen ?? null;
  return chosen && { embedding: chosen.embedding, yaw: chosen.pose.yaw };
}

const isKnown = (face: KnownFace | null): face is KnownFace => face !== null;

/** Results travel through workflow histories: digits beyond what can be measured only fill them. */
function rounded<T extends number | null>(value: T, digits: number): T {
  return (value === null ? null : Number(value.toFixed(digits))) as T;
}
