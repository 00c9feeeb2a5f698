import { apart, atLeast } from '../text/figures.js';
import type { ScoredPicture } from '../run/scored-picture.js';
import { pitchOffsetDegrees } from './limits.js';

/** Null: passed. Else the reason in words with the numbers. */
export type Check = string | null;
type Scored = Omit<ScoredPicture, 'key'>;

export function firstReason(checks: (() => Check)[]): Check {
  for (const check of checks) {
    const reason = check();
    if (reason !== null) return reason;
  }
  return null;
}

export function checkFace({ measured, error }: Scored): Check {
  if (error !== null) return error;
  if (measured.faces === 0) return 'no face found';
  return measured.faces === 1 ? null : `${measured.faces} faces found (must be exactly 1)`;
}

export function checkFrontal({ measured }: Scored, limits: { yaw: number; pitch: number }): Check {
  if (!measured.pose) return 'the pose of the face could not be measured';
  const { yaw } = measured.pose;
  const pitch = levelPitch(measured.pose.pitch);
  if (Math.abs(yaw) > limits.yaw) return `not frontal: yaw ${beyond(yaw, limits.yaw)} (limit ${limits.yaw} degrees)`;
  if (Math.abs(pitch) > limits.pitch)
    return `not level: pitch ${beyond(pitch, limits.pitch)} (limit ${limits.pitch} degrees)`;
  return null;
}

export function checkSize({ measured }: Scored, limits: { facePixels: number; faceShare: number }): Check {
  if (!measured.box) return 'no face found';
  const [left, top, right, bottom] = measured.box;
  const side = Math.sqrt((right - left) * (bottom - top));
  if (side < limits.facePixels) return `the face is ${atLeast(side, 0)} pixels wide (minimum ${limits.facePixels})`;
  const share = (side * side) / (measured.width * measured.height);
  if (share >= limits.faceShare) return null;
  const [fills, least] = apart(100 * share, 100 * limits.faceShare, 1);
  return `the face fills ${fills}% of the image (minimum ${least}%)`;
}

export function checkSharpness({ measured }: Scored, least: number): Check {
  if (measured.sharpness === null) return 'the sharpness of the face could not be measured';
  if (measured.sharpness >= least) return null;
  return `the face is blurred: sharpness ${atLeast(measured.sharpness, 0)} (minimum ${least})`;
}

/** Pitch with the models' offset taken out: 0 for a level head. */
export const levelPitch = (measuredPitch: number): number => measuredPitch - pitchOffsetDegrees;

const beyond = (angle: number, limit: number): string =>
  angle < 0 ? `-${apart(-angle, limit, 0)[0]}` : apart(angle, limit, 0)[0];
