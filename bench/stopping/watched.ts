import { firstStop, lockedChance } from '../../src/choice/stop-rule.js';
import type { BaselineSample, CheckpointSamples } from '../../src/choice/trajectory.js';

/** As `watchOf` takes them. */
const mostPrompts = 4;
const mostSeeds = 2;
/** Checkpoints that the trainer saves between the one that decides and its end. */
const delay = 1;

/** Where a training ends that is watched with a few of its images. @returns the row of the last checkpoint that is saved */
export function stopIn(
  checkpoints: readonly CheckpointSamples[],
  baseline: readonly BaselineSample[],
  chance = lockedChance,
): { last: number; hasStopped: boolean } {
  const prompts = [...new Set(baseline.map(({ prompt }) => prompt))].slice(0, mostPrompts);
  const few = <S extends BaselineSample>(samples: readonly S[]): S[] =>
    prompts.flatMap((prompt) => samples.filter((sample) => sample.prompt === prompt).slice(0, mostSeeds));
  const watched = checkpoints.map(({ step, samples }) => ({ step, samples: few(samples) }));
  const stop = firstStop(watched, few(baseline), 0, chance);
  const whole = checkpoints.length - 1;
  const last = stop ? checkpoints.findIndex(({ step }) => step === stop.decidedAt) + delay : whole;
  return last < whole ? { last, hasStopped: true } : { last: whole, hasStopped: false };
}
