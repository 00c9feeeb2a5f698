import type { Point } from '../models/embedder.js';

/** [left, top, right, bottom] in pixels. */
export type Box = [number, number, number, number];

export interface Detection {
  box: Box;
  /** 0 to 1 */
  score: number;
  /** Left eye, right eye, nose, left and right mouth corner, as seen in the picture; where the detector tells them. */
  landmarks5?: Point[];
}

export const areaOf = ([left, top, right, bottom]: Box): number =>
  Math.max(0, right - left) * Math.max(0, bottom - top);

/** Intersection over union, 0 to 1. */
export function overlapOf(a: Box, b: Box): number {
  const shared = areaOf([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]);
  const union = areaOf(a) + areaOf(b) - shared;
  return union > 0 ? shared / union : 0;
}

/** Keeps the best-scored box of every heap of boxes that overlap by `limit` or more. */
export function suppressNonMaxima(detections: readonly Detection[], limit: number): Detection[] {
  const kept: Detection[] = [];
  for (const detection of detections.toSorted((a, b) => b.score - a.score))
    if (kept.every((other) => overlapOf(other.box, detection.box) < limit)) kept.push(detection);
  return kept;
}

/** The largest, most central one first. At the picture's corner a face counts half its area. */
export function byPlace(detections: readonly Detection[], width: number, height: number): Detection[] {
  return detections.toSorted((a, b) => weightOf(b.box, width, height) - weightOf(a.box, width, height));
}

export function weightOf(box: Box, width: number, height: number): number {
  const x = (box[0] + box[2]) / width - 1;
  const y = (box[1] + box[3]) / height - 1;
  return areaOf(box) * (1 - 0.5 * Math.min(1, Math.hypot(x, y) / Math.SQRT2));
}

/** A detector that is all but certain is wrong this often. */
const leastDoubt = 0.005;

/** How much surer a detection is than one of no certainty: 1 to 200. At 0.98 a face has to be five times as large. */
export const oddsOf = (certainty: number): number => 1 / (1 - Math.min(1, certainty) + leastDoubt);
