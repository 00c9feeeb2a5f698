import type { ScoredPicture } from '../run/scored-picture.js';
import { apart } from '../text/figures.js';
import { similarityLimit } from './limits.js';

export interface OwnScored {
  name: string;
  sha256: string;
  scored: ScoredPicture;
}

export interface OwnFinding {
  /** Index of the picture. */
  at: number;
  reason: string;
  /** False: it is trained on all the same, and only said. */
  isLeftOut: boolean;
}

/**
 * A person's own pictures by the rules of stages 01 to 04, as far as they fit: a copy would stand on both sides of the
 * hold-out, a second person and somebody else would be learnt with the trigger word. A picture without a face may be the
 * back of the head or a profile, which teach hair and shape: it stays, and is never held out.
 */
export function auditOwn(pictures: readonly OwnScored[], threshold?: number): OwnFinding[] {
  const usual = usualLikeness(pictures);
  const first = new Map<string, string>();
  const names = new Map(pictures.map(({ name, scored }) => [scored.key, name]));
  return pictures.flatMap(({ name, sha256, scored }, at): OwnFinding[] => {
    const original = first.get(sha256);
    first.set(sha256, original ?? name);
    const out = (reason: string): OwnFinding[] => [{ at, reason, isLeftOut: true }];
    if (scored.error !== null) return out(scored.error);
    if (original !== undefined) return out(`duplicate of ${original}`);
    const { faces, pose, turned } = scored.measured;
    if (turned) return out(`not upright: rotate it ${turned} degrees clockwise and save it`);
    if (faces > 1) return out(`${faces} faces found (must be exactly 1)`);
    if (scored.duplicateOf !== null)
      return out(`nearly the same image as ${names.get(scored.duplicateOf) ?? scored.duplicateOf}`);
    if (faces === 0) return [{ at, reason: 'no face found: used for training, never held out', isLeftOut: false }];
    const limit = similarityLimit(pose?.yaw ?? 0, threshold);
    const likeness = scored.toOthers ?? null;
    if (likeness === null) return [];
    if (likeness < limit) {
      const [found, least] = apart(likeness, limit, 2);
      return out(`shows somebody else: similarity to the nearest other image is ${found} (minimum ${least})`);
    }
    if (!usual || !isNearFrontal(scored) || likeness >= usual.least) return [];
    const [found, median] = apart(likeness, usual.median, 2);
    const reason = `perhaps somebody else: similarity to the nearest other image is ${found}, that of the others ${median} (median); used nevertheless`;
    return [{ at, reason, isLeftOut: false }];
  });
}

/** Others are less like each other in any set. */
const nearFrontalDegrees = 30;
const isNearFrontal = ({ measured: { pose } }: ScoredPicture): boolean =>
  Math.abs(pose?.yaw ?? 0) <= nearFrontalDegrees;

/** Of fewer nobody can say what is usual. */
const fewestUsual = 5;
/** So far below the median, in deviations and in similarity, lies no image of the same person in drawn sets. */
const outlying = { deviations: 5, similarity: 0.15 };

/**
 * How alike the images of this set are, by median and median absolute deviation: an embedder's threshold is of photos from
 * anywhere, and one shoot (or one engine's drawings) is far more alike, so that somebody else in it stays above.
 */
function usualLikeness(pictures: readonly OwnScored[]): { median: number; least: number } | null {
  const all = pictures.flatMap(({ scored }) =>
    scored.toOthers == null || scored.measured.faces !== 1 || !isNearFrontal(scored) ? [] : [scored.toOthers],
  );
  if (all.length < fewestUsual) return null;
  const median = medianOf(all);
  const deviation = 1.4826 * medianOf(all.map((likeness) => Math.abs(likeness - median)));
  return { median, least: median - Math.max(outlying.similarity, outlying.deviations * deviation) };
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
