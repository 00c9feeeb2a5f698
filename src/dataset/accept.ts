import type { ScoredPicture } from '../run/scored-picture.js';
import { apart } from '../text/figures.js';
import type { ViewRequest } from '../project/families/family.js';
import { checkFace, checkFrontal, checkSharpness, checkSize, firstReason, levelPitch, type Check } from './checks.js';
import { anchorLimits, canonicalLimits, sideYawDegrees, similarityLimit, viewLimits } from './limits.js';

/** `score` orders accepted pictures: higher is better; comparable within one rule only. */
export type Verdict = { ok: true; score: number } | { ok: false; reason: string };

type Scored = Omit<ScoredPicture, 'key'>;

/** Stage 01: exactly one face, frontal, large and sharp enough. Identity plays no part: the anchor defines it. */
export function acceptAnchor(picture: Scored): Verdict {
  const reason = firstReason([
    () => checkFace(picture),
    () => checkFrontal(picture, anchorLimits),
    () => checkSize(picture, anchorLimits),
    () => checkSharpness(picture, anchorLimits.sharpness),
  ]);
  return reason === null ? { ok: true, score: frontality(picture) } : { ok: false, reason };
}

/**
 * Stage 02, passport rules: as the anchor, stricter, and the anchor's person. `identity` is measured against the anchor,
 * by an embedder that takes `threshold` and above for one person.
 */
export function acceptCanonical(picture: Scored, threshold?: number): Verdict {
  const reason = firstReason([
    () => checkFace(picture),
    () => checkFrontal(picture, canonicalLimits),
    () => checkSize(picture, canonicalLimits),
    () => checkSharpness(picture, canonicalLimits.sharpness),
    () => checkIdentity(picture, 'the anchor', 0, threshold),
  ]);
  return reason === null ? { ok: true, score: picture.measured.identity ?? 0 } : { ok: false, reason };
}

/** Stages 03 and 04: the person of the canonical portrait, seen as asked. `identity` is measured against the canonical. */
export function acceptView(picture: Scored, asked: ViewRequest, threshold?: number): Verdict {
  const reason = firstReason([
    () => checkFace(picture),
    () => checkPose(picture, asked),
    () => checkSize(picture, { facePixels: viewLimits.facePixels, faceShare: 0 }),
    () => checkSharpness(picture, viewLimits.sharpness),
    () => checkIdentity(picture, 'the bare-face portrait', asked.yaw, threshold),
    () => checkDuplicate(picture),
  ]);
  return reason === null ? { ok: true, score: picture.measured.identity ?? 0 } : { ok: false, reason };
}

/** The best of several verdicts: its index, or null where none was accepted. The first wins a tie. */
export function bestOf(verdicts: readonly Verdict[]): number | null {
  let best: { index: number; score: number } | null = null;
  for (const [index, verdict] of verdicts.entries())
    if (verdict.ok && (best === null || verdict.score > best.score)) best = { index, score: verdict.score };
  return best?.index ?? null;
}

function checkPose({ measured }: Scored, asked: ViewRequest): Check {
  if (!measured.pose) return 'the pose of the face could not be measured';
  const side = Math.abs(asked.yaw) > sideYawDegrees;
  const yawLimit = side ? viewLimits.sideYawOff : viewLimits.yawOff;
  const pitchLimit = side ? viewLimits.sideYawOff : viewLimits.pitchOff;
  const { yaw } = measured.pose;
  const pitch = levelPitch(measured.pose.pitch);
  if (Math.abs(yaw - asked.yaw) > yawLimit)
    return `yaw ${shown(yaw, asked.yaw, yawLimit)} instead of ${asked.yaw} (at most ${yawLimit} degrees off)`;
  if (Math.abs(pitch - asked.pitch) > pitchLimit)
    return `pitch ${shown(pitch, asked.pitch, pitchLimit)} instead of ${asked.pitch} (at most ${pitchLimit} degrees off)`;
  return null;
}

function checkIdentity({ measured }: Scored, against: string, yawDegrees: number, threshold?: number): Check {
  const limit = similarityLimit(yawDegrees, threshold);
  if (measured.identity === null) return `its similarity to ${against} could not be measured`;
  if (measured.identity >= limit) return null;
  const where = yawDegrees === 0 ? '' : ` at yaw ${yawDegrees}`;
  const [found, least] = apart(measured.identity, limit, 2);
  return `similarity to ${against} is ${found} (minimum ${least}${where})`;
}

/** Whole degrees, unless they would look as if they were within the limit. */
const shown = (found: number, asked: number, limit: number): string =>
  Math.abs(Math.round(found) - asked) > limit ? String(Math.round(found)) : found.toFixed(1);

const checkDuplicate = ({ duplicateOf }: Scored): Check =>
  duplicateOf === null ? null : `nearly the same image as ${duplicateOf}`;

/** Frontal, large and sharp, each from 0 to 1, the angle counting most: what makes the best anchor. */
function frontality({ measured }: Scored): number {
  const { pose, box, sharpness, width, height } = measured;
  if (!pose || !box) return 0;
  const turned = Math.hypot(pose.yaw, levelPitch(pose.pitch)) / 30;
  const share = ((box[2] - box[0]) * (box[3] - box[1])) / (width * height);
  return 2 * (1 - Math.min(1, turned)) + Math.min(1, share / 0.25) + Math.min(1, (sharpness ?? 0) / 200);
}
