import { watchOf } from '../project/watched-steps.js';
import type { ResolvedProject } from '../project/schema.js';
import type { Pace } from './pace.js';

/** Whether `training.stop` can pay: what watching takes at most, and from how many steps saved on that is made good. */
export function watchNotes(project: ResolvedProject, pace: Pace): string[] {
  const watch = watchOf(project);
  if (!watch) return [];
  const images = watch.steps.length * watch.prompts.length * watch.seeds;
  const what = `To see whether training may stop, up to ${images} images of ${watch.steps.length} checkpoints are rendered`;
  const { secondsPerImage, secondsPerStep } = pace;
  const where =
    'This saves time only if another GPU renders: on the GPU that trains, these images wait until training has ended';
  if (secondsPerImage === null || secondsPerStep === null || secondsPerStep === 0) return [`${what}. ${where}.`];
  const steps = Math.ceil((images * secondsPerImage) / secondsPerStep);
  const { steps: all } = project.training;
  return [
    steps < all
      ? `${what}; at the pace of earlier runs, that pays off if it saves ${steps} of ${all} steps. ${where}.`
      : `${what}; at the pace of earlier runs, that takes as long as ${steps} steps, so it can't pay off. ${where}.`,
  ];
}
