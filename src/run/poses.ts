// Pure: workflows import this.

/** Yaw without its sign: likeness falls with it for everybody, so each pose is read by itself. */
export const poses = ['frontal', 'three-quarter', 'profile'] as const;
export type Pose = (typeof poses)[number];

/** Degrees, to which each reaches. */
const frontalYaw = 20;
const threeQuarterYaw = 50;

/** The one place that says what is a profile: of faces that were found, and of views that are asked for. */
export function poseOf(yawDegrees: number): Pose {
  const turned = Math.abs(yawDegrees);
  if (turned <= frontalYaw) return 'frontal';
  return turned <= threeQuarterYaw ? 'three-quarter' : 'profile';
}
