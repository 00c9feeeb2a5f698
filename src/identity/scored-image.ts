import type { Point } from './alignment.js';
import type { Box } from './boxes.js';
import { cosine } from './embedding.js';
import type { FaceMeasurement } from './engine.js';
import type { Pose } from './pose.js';
import { comparable } from './references.js';
import type { KnownFace } from './score-set.js';

/** One picture in the document that `azit score --json` prints. */
export interface ScoredImage {
  path: string;
  faces: number;
  /** Which face was scored and why; null without one. */
  scored: string | null;
  /** [left, top, right, bottom] of the scored face, in pixels. */
  box: Box | null;
  /** Boxes of the other faces. */
  otherBoxes: Box[];
  /** Left eye, right eye, nose, left and right mouth corner, as seen in the picture; in pixels. */
  landmarks: Point[] | null;
  /** Degrees. */
  pose: Pose | null;
  /** Variance of the Laplacian over the aligned face; higher is sharper. */
  sharpness: number | null;
  /** Mean similarity to the references of about the same pose. */
  identity: number | null;
  /** Those references. */
  poseMatched: string[];
  /** To each reference that shows a face. */
  similarities: { reference: string; similarity: number }[];
  nearestTraining?: { path: string; similarity: number } | null;
  error?: string;
}

export const noFaces = (path: string): ScoredImage => ({
  path,
  faces: 0,
  scored: null,
  box: null,
  otherBoxes: [],
  landmarks: null,
  pose: null,
  sharpness: null,
  identity: null,
  poseMatched: [],
  similarities: [],
});

export function describeImage(
  path: string,
  { faces, chosen, others }: FaceMeasurement,
  { references, training }: { references: readonly KnownFace[]; training: readonly KnownFace[] },
): ScoredImage {
  if (chosen === null) return { ...noFaces(path), faces };
  const { box, landmarks5, pose, sharpness, embedding } = chosen;
  const matched = comparable(pose.yaw, references);
  const similarity = (other: KnownFace) => cosine(embedding, other.embedding);
  return {
    path,
    faces,
    scored: faces === 1 ? 'the only face' : `the largest, most central of ${faces} faces`,
    box: box.map(tenth) as Box,
    otherBoxes: others.map((other) => other.map(tenth) as Box),
    landmarks: landmarks5.map((point) => point.map(tenth) as Point),
    pose,
    sharpness: tenth(sharpness),
    identity: fourth(matched.reduce((sum, other) => sum + similarity(other), 0) / matched.length),
    poseMatched: matched.map((other) => other.path),
    similarities: references.map((other) => ({ reference: other.path, similarity: fourth(similarity(other)) })),
    ...(training.length > 0 ? { nearestTraining: nearest(training, similarity) } : {}),
  };
}

function nearest(training: readonly KnownFace[], similarity: (other: KnownFace) => number) {
  const all = training.map((other) => ({ path: other.path, similarity: fourth(similarity(other)) }));
  return all.reduce((best, other) => (other.similarity > best.similarity ? other : best));
}

const tenth = (value: number): number => Math.round(value * 10) / 10;
const fourth = (value: number): number => Number(value.toFixed(4));
