import type { SetScores } from '../run/checkpoint-record.js';
import { poseOf, poses } from '../run/poses.js';
import { mean, scoreOf } from './statistics.js';
import { copyingOf } from './sweep-grid.js';
import type { CheckpointSample } from './trajectory.js';

// Pure: workflows import this.

/** What the pictures of one checkpoint say together, with 95 % intervals. */
export function setScores(samples: readonly CheckpointSample[]): SetScores {
  const prompts = [...new Set(samples.map(({ prompt }) => prompt))];
  const scoreWhere = (wanted: (sample: CheckpointSample) => boolean) =>
    scoreOf(samples.filter(wanted).map(({ identity }) => identity));
  const binOf = ({ yaw }: CheckpointSample) => (typeof yaw === 'number' ? poseOf(yaw) : null);
  const bins = poses.filter((bin) => samples.some((sample) => binOf(sample) === bin));
  const copying = samples.map(copyingOf).filter((value) => value !== null);
  return {
    identity: scoreOf(samples.map(({ identity }) => identity)),
    perPrompt: Object.fromEntries(prompts.map((prompt) => [prompt, scoreWhere((sample) => sample.prompt === prompt)])),
    perPose: Object.fromEntries(bins.map((bin) => [bin, scoreWhere((sample) => binOf(sample) === bin)])),
    memorisation: copying.length === 0 ? null : mean(copying),
  };
}
