import type { FaceMeasurement } from '../engine/engine.js';
import { identityTo, type Reference } from './references.js';

/** A face that the detector doubts, beside one that it is sure of, has to be liker by up to this: else chance would pick. */
const likerThanSure = 0.2;
/** From this much less certainty on, by all of it: phantoms in blurred lights have 0.68 to 0.98, people 0.99 and more. */
const doubt = 0.015;

/**
 * Of several faces the one nearest to the references is scored: the largest may be somebody who stands in front. Without
 * references the picture stays as it is: its largest, most central, surest face.
 */
export function facing(picture: FaceMeasurement, references: readonly Reference[]): FaceMeasurement {
  const { chosen, others } = picture;
  if (chosen === null || others.length === 0 || references.length === 0) return picture;
  const faces = [chosen, ...others];
  const surest = Math.max(...faces.map(({ certainty }) => certainty));
  const likeness = faces.map(({ embedding, pose, certainty }) => {
    const doubted = Math.min(1, (surest - certainty) / doubt) * likerThanSure;
    return (identityTo({ embedding, yaw: pose.yaw }, references) ?? -1) - doubted;
  });
  const best = faces[likeness.indexOf(Math.max(...likeness))];
  return { ...picture, chosen: best, others: faces.filter((face) => face !== best) };
}
