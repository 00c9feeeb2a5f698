import type { Score } from '../run/checkpoint-record.js';
import { poses, type Pose } from '../run/poses.js';

// Pure: workflows import this.

/** Yaws whose images show a pose. */
const yawsOf: Readonly<Record<Pose, readonly number[]>> = {
  frontal: [-10, 10],
  'three-quarter': [-40, 40, -25, 25],
  profile: [-75, 75, -55, 55],
};

export interface WeakPose {
  turn: Pose;
  identity: Score;
  /** Of all its images. */
  whole: Score;
}

/** Where a checkpoint is clearly worse than as a whole: the interval of the pose lies below the mean; the worst first. */
export function weakPoses(whole: Score, perPose: Readonly<Record<string, Score>>): WeakPose[] {
  return poses
    .flatMap((turn) => {
      const identity = perPose[turn] as Score | undefined;
      return identity && identity.n > 1 && identity.high < whole.mean ? [{ turn, identity, whole }] : [];
    })
    .sort((a, b) => a.identity.mean - b.identity.mean);
}

/** Two yaws nearer than this show nearly the same. */
const apartDegrees = 8;
/** A project file takes no more. */
const mostYaws = 15;

/** Yaws that bring more images of a pose, at most one to each side; empty where there is no room for more. */
export function moreYaws(turn: Pose, yaws: readonly number[]): number[] {
  const free = yawsOf[turn].filter((yaw) => yaws.every((other) => Math.abs(other - yaw) >= apartDegrees));
  return free.slice(0, Math.max(0, Math.min(2, mostYaws - yaws.length)));
}

/** For a person: what is weak, and which images would help. @param yaws null: the images are the person's own */
export function weakPoseWords({ turn, identity, whole }: WeakPose, yaws: readonly number[] | null): string {
  const what = `${turn} views are clearly weaker: identity ${identity.mean.toFixed(3)} (95%: ${identity.low.toFixed(3)} to ${identity.high.toFixed(3)}), ${whole.mean.toFixed(3)} over all`;
  if (yaws === null) return `${what}; add ${turn} images of the person to the folder`;
  const more = moreYaws(turn, yaws);
  return more.length > 0
    ? `${what}; add images at yaw ${more.join(' and ')}`
    : `${what}; the dataset has these angles already, so give it more of each: dataset.pitch, or dataset.budget`;
}
