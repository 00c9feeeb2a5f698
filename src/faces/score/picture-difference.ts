import { cosine } from '../engine/embedding.js';
import type { FaceMeasurement } from '../engine/engine.js';

/** A render is a near-copy where face, pose and the whole picture are this near to one training picture. */
const copiedFace = 0.9;
const copiedPoseDegrees = 8;
/** Share of full contrast, over thumbnails. */
const copiedPicture = 0.05;

/** Mean difference of the grey thumbnails, 0 (the same) to 1: what a glance sees, background and all. */
export function pictureDifference(a: FaceMeasurement, b: FaceMeasurement): number {
  let sum = 0;
  for (let at = 0; at < a.thumbnail.length; at++) sum += Math.abs(a.thumbnail[at] - b.thumbnail[at]);
  return sum / a.thumbnail.length / 255;
}

/** Weaker than a repeated picture (duplicates.ts): a model draws each copy a little differently. */
export function isNearCopy(render: FaceMeasurement, training: FaceMeasurement): boolean {
  const [own, other] = [render.chosen, training.chosen];
  if (!own || !other) return false;
  return (
    Math.abs(own.pose.yaw - other.pose.yaw) <= copiedPoseDegrees &&
    Math.abs(own.pose.pitch - other.pose.pitch) <= copiedPoseDegrees &&
    cosine(own.embedding, other.embedding) >= copiedFace &&
    pictureDifference(render, training) <= copiedPicture
  );
}
