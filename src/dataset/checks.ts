import type { ScoredPicture } from '../identity/scored-picture.js';
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
  return measured.faces === 1 ? null : `${measured.faces} faces found (exactly 1 wanted)`;
}

export function checkFrontal({ measured }: Scored, limits: { yaw: number; pitch: number }): Check {
  if (!measured.pose) return 'the pose of the face could not be measured';
  const { yaw } = measured.pose;
  const pitch = levelPitch(measured.pose.pitch);
  if (Math.abs(yaw) > limits.yaw) return `not frontal: yaw ${Math.round(yaw)} (limit ${limits.yaw} degrees)`;
  if (Math.abs(pitch) > limits.pitch) return `not level: pitch ${Math.round(pitch)} (limit ${limits.pitch} degrees)`;
  return null;
}

export function checkSize({ measured }: Scored, limits: { facePixels: number; faceShare: number }): Check {
  if (!measured.box) return 'no face found';
  const [left, top, right, bottom] = measured.box;
  const side = Math.sqrt((right - left) * (bottom - top));
  if (side < limits.facePixels)
    return `the face measures ${Math.round(side)} pixels across (at least ${limits.facePixels})`;
  const share = (side * side) / (measured.width * measured.height);
  if (share >= limits.faceShare) return null;
  return `the face fills ${percent(share)} of the picture (at least ${percent(limits.faceShare)})`;
}

export function checkSharpness({ measured }: Scored, least: number): Check {
  if (measured.sharpness === null) return 'the sharpness of the face could not be measured';
  if (measured.sharpness >= least) return null;
  return `the face is blurred: sharpness ${Math.round(measured.sharpness)} (at least ${least})`;
}

/** Pitch with the models' offset taken out: 0 for a level head. */
export const levelPitch = (measuredPitch: number): number => measuredPitch - pitchOffsetDegrees;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
