import type { FaceMeasurement } from '../engine/engine.js';
import { identityTo, type Reference } from './references.js';

/**
 * Of several faces the one nearest to the references is scored: the largest may be somebody who stands in front. Without
 * references the picture stays as it is: its largest, most central face.
 */
export function facing(picture: FaceMeasurement, references: readonly Reference[]): FaceMeasurement {
  const { chosen, others } = picture;
  if (chosen === null || others.length === 0 || references.length === 0) return picture;
  const faces = [chosen, ...others];
  const likeness = faces.map(({ embedding, pose }) => identityTo({ embedding, yaw: pose.yaw }, references) ?? -1);
  const best = faces[likeness.indexOf(Math.max(...likeness))];
  return { ...picture, chosen: best, others: faces.filter((face) => face !== best) };
}
