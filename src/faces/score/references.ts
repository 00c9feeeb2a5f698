import { cosine } from '../engine/embedding.js';

export interface Reference {
  embedding: Float32Array;
  /** Degrees. */
  yaw: number;
}

/** Faces this near in yaw can be compared: beyond, likeness falls with the angle for everybody. */
const comparableYawDegrees = 25;
/** Where all are far they count alike. */
const leastWeight = 1e-6;

/** How several references become one number: the run's reports and `azit score` name it in these words. */
export const weightingWords =
  'mean cosine to the references within 25 degrees of yaw (if there are none, to the nearer half); the nearer a reference is in yaw, the more it counts';

/**
 * Null without references. Beyond 25 degrees of yaw, or the half of them nearest in yaw where none is so near, a
 * reference does not count; the nearer in yaw the more it does, down to nothing at 25 degrees: else a render that turns
 * by a tenth of a degree more would lose a reference, and its likeness would jump.
 */
export function identityTo(face: Reference, references: readonly Reference[]): number | null {
  if (references.length === 0) return null;
  const weights = weightsFor(face.yaw, references);
  return references.reduce((sum, { embedding }, at) => {
    return weights[at] === 0 ? sum : sum + weights[at] * cosine(face.embedding, embedding);
  }, 0);
}

/** Of each reference, in their order; together 1. */
export function weightsFor(yaw: number, references: readonly { yaw: number }[]): number[] {
  const similar = new Set(comparable(yaw, references));
  const weights = references.map((reference) => {
    if (!similar.has(reference)) return 0;
    return Math.max(leastWeight, 1 - ((reference.yaw - yaw) / comparableYawDegrees) ** 2);
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

export function comparable<T extends { yaw: number }>(yaw: number, references: readonly T[]): T[] {
  const near = references.filter((reference) => Math.abs(reference.yaw - yaw) <= comparableYawDegrees);
  if (near.length > 0) return near;
  const byDistance = references.toSorted((a, b) => Math.abs(a.yaw - yaw) - Math.abs(b.yaw - yaw));
  return byDistance.slice(0, Math.ceil(references.length / 2));
}

/** Null without training pictures. */
export function nearestTo(embedding: Float32Array, others: readonly { embedding: Float32Array }[]): number | null {
  return others.length === 0 ? null : Math.max(...others.map((other) => cosine(embedding, other.embedding)));
}
