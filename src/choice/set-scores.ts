import type { SetScores } from '../run/checkpoint-record.js';
import { mean, scoreOf } from './statistics.js';
import { copyingOf } from './sweep-grid.js';
import type { CheckpointSample } from './trajectory.js';

// Pure: workflows import this.

/** What the pictures of one checkpoint say together, with 95 % intervals. */
export function setScores(samples: readonly CheckpointSample[]): SetScores {
  const prompts = [...new Set(samples.map(({ prompt }) => prompt))];
  const scoreWhere = (wanted: (sample: CheckpointSample) => boolean) =>
    scoreOf(samples.filter(wanted).map(({ identity }) => identity));
  const binOf = ({ yaw }: CheckpointSample) => (typeof yaw === 'number' ? poseBinOf(yaw) : null);
  const bins = poseBins.filter((bin) => samples.some((sample) => binOf(sample) === bin));
  const copying = samples.map(copyingOf).filter((value) => value !== null);
  return {
    identity: scoreOf(samples.map(({ identity }) => identity)),
    perPrompt: Object.fromEntries(prompts.map((prompt) => [prompt, scoreWhere((sample) => sample.prompt === prompt)])),
    perPose: Object.fromEntries(bins.map((bin) => [bin, scoreWhere((sample) => binOf(sample) === bin)])),
    memorisation: copying.length === 0 ? null : mean(copying),
  };
}

/** Yaw without its sign, in degrees: likeness falls with it for everybody, so each bin is read by itself. */
const poseBins = ['frontal', 'three-quarter', 'profile'] as const;

type PoseBin = (typeof poseBins)[number];

const frontalYaw = 20;
const threeQuarterYaw = 50;

function poseBinOf(yawDegrees: number): PoseBin {
  const turned = Math.abs(yawDegrees);
  if (turned <= frontalYaw) return 'frontal';
  return turned <= threeQuarterYaw ? 'three-quarter' : 'profile';
}
