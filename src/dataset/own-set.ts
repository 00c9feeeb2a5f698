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
    if (likeness === null || likeness >= limit) return [];
    const [found, least] = apart(likeness, limit, 2);
    return out(`shows somebody else: similarity to the nearest other image is ${found} (minimum ${least})`);
  });
}
