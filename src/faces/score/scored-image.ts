import type { Point } from '../models/embedder.js';
import type { Box } from '../engine/boxes.js';
import { cosine } from '../engine/embedding.js';
import type { FaceMeasurement } from '../engine/engine.js';
import { facing } from './matching-face.js';
import type { Pose } from '../engine/pose.js';
import { identityTo, weightsFor } from './references.js';

/** One picture in the document that `azit score --json` prints. */
export interface ScoredImage {
  path: string;
  /** How many were found in the image. */
  faces: number;
  /** Which face was scored and why; null without one. */
  scored: string | null;
  /** How sure the detector is of it, 0 to 1. */
  certainty: number | null;
  /** Degrees clockwise that bring the picture upright, where it lies on its side or head. */
  turned?: number;
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
  /** As a run scores it: see `weighting` of the document. */
  identity: number | null;
  /** The references that count. */
  poseMatched: string[];
  /** To each reference that shows a face, and how much that one counts (together 1). */
  similarities: { reference: string; similarity: number; weight: number }[];
  nearestTraining?: { path: string; similarity: number } | null;
  error?: string;
}

export const noFaces = (path: string): ScoredImage => ({
  path,
  faces: 0,
  scored: null,
  certainty: null,
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
  picture: FaceMeasurement,
  { references, training }: { references: readonly KnownFace[]; training: readonly KnownFace[] },
): ScoredImage {
  const { faces, chosen, others } = facing(picture, references);
  if (chosen === null) return { ...noFaces(path), faces };
  const { box, certainty, landmarks5, pose, sharpness, embedding } = chosen;
  const weights = weightsFor(pose.yaw, references);
  const similarity = (other: KnownFace) => cosine(embedding, other.embedding);
  return {
    path,
    faces,
    scored: whichOf(faces, chosen === picture.chosen) + turnedWords(picture),
    ...(picture.turned ? { turned: picture.turned } : {}),
    certainty: thousandth(certainty),
    box: roundedBox(box),
    otherBoxes: others.map((other) => roundedBox(other.box)),
    landmarks: landmarks5.map((point) => point.map(tenth) as Point),
    pose,
    sharpness: tenth(sharpness),
    identity: orNull(identityTo({ embedding, yaw: pose.yaw }, references)),
    poseMatched: references.flatMap(({ path: reference }, at) => (weights[at] > 0 ? [reference] : [])),
    similarities: references.map((other, at) => {
      return { reference: other.path, similarity: fourth(similarity(other)), weight: fourth(weights[at]) };
    }),
    ...(training.length > 0 ? { nearestTraining: nearest(training, similarity) } : {}),
  };
}

const turnedWords = ({ turned }: FaceMeasurement): string =>
  turned ? `; the image is not upright and was rotated ${turned} degrees clockwise for scoring` : '';

function whichOf(faces: number, isLargest: boolean): string {
  if (faces === 1) return 'the only face';
  return `the one of ${faces} faces most similar to the references${isLargest ? ', also the largest, most central one' : ''}`;
}

function nearest(training: readonly KnownFace[], similarity: (other: KnownFace) => number) {
  const all = training.map((other) => ({ path: other.path, similarity: fourth(similarity(other)) }));
  return all.reduce((best, other) => (other.similarity > best.similarity ? other : best));
}

export const roundedBox = (box: Box): Box => box.map(tenth) as Box;
export const thousandth = (value: number): number => Math.round(value * 1000) / 1000;
const tenth = (value: number): number => Math.round(value * 10) / 10;
const orNull = (value: number | null): number | null => (value === null ? null : fourth(value));
const fourth = (value: number): number => Number(value.toFixed(4));

/** A face to compare with, and where it is from. */
export interface KnownFace {
  path: string;
  embedding: Float32Array;
  yaw: number;
}
