import { cosine } from '../engine/embedding.js';
import type { FaceMeasurement } from '../engine/engine.js';

/** Redraws of one person differ by more; a second save of one picture by less. */
const sameFaceSimilarity = 0.98;
const samePoseDegrees = 4;
/** Mean difference of 24 x 24 grey thumbnails, of 255. */
const sameThumbnail = 4;

/** The same face, turned the same way, in the same picture but for details. */
export function nearlyRepeats(a: FaceMeasurement, b: FaceMeasurement): boolean {
  if (!a.chosen || !b.chosen) return false;
  const [first, second] = [a.chosen, b.chosen];
  return (
    Math.abs(first.pose.yaw - second.pose.yaw) <= samePoseDegrees &&
    Math.abs(first.pose.pitch - second.pose.pitch) <= samePoseDegrees &&
    cosine(first.embedding, second.embedding) >= sameFaceSimilarity &&
    meanDifference(a.thumbnail, b.thumbnail) <= sameThumbnail
  );
}

function meanDifference(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] - b[i]);
  return sum / a.length;
}
