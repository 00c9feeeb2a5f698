// Pure: workflows import this.

/** Yaw without its sign, in degrees: likeness falls with it for everybody, so each bin is read by itself. */
export const poseBins = ['frontal', 'three-quarter', 'profile'] as const;

export type PoseBin = (typeof poseBins)[number];

const frontalYaw = 20;
const threeQuarterYaw = 50;

export function poseBinOf(yawDegrees: number): PoseBin {
  const turned = Math.abs(yawDegrees);
  if (turned <= frontalYaw) return 'frontal';
  return turned <= threeQuarterYaw ? 'three-quarter' : 'profile';
}
