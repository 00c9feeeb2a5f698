import { cosine } from './embedding.js';

export interface Reference {
  embedding: Float32Array;
  yaw: number;
}

/** Faces this near in yaw can be compared: beyond, likeness falls with the angle for everybody. */
const comparableYawDegrees = 25;
/** Where all are far they count alike. */
const leastWeight = 1e-6;

/**
 * Mean cosine to the references of about the same pose: those within 25 degrees of yaw, or, where there is none, the
 * half of them nearest in yaw. Null without references. The nearer in yaw the more one counts, down to nothing at 25
 * degrees: else a render that turns by a tenth of a degree more would lose a reference, and its likeness would jump.
 */
export function identityTo(face: Reference, references: readonly Reference[]): number | null {
  const similar = comparable(face.yaw, references);
  const weights = similar.map(({ yaw }) => Math.max(leastWeight, 1 - ((yaw - face.yaw) / comparableYawDegrees) ** 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const sum = similar.reduce((all, { embedding }, at) => all + weights[at] * cosine(face.embedding, embedding), 0);
  return similar.length === 0 ? null : sum / total;
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
