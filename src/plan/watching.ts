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
    'Nothing is saved where one GPU renders and trains: its images wait until training has ended. It needs a render worker ' +
    'on another GPU';
  if (secondsPerImage === null || secondsPerStep === null || secondsPerStep === 0) return [`${what}. ${where}.`];
  const steps = Math.ceil((images * secondsPerImage) / secondsPerStep);
  const { steps: all } = project.training;
  return [
    steps < all
      ? `${what}; by the runs in this store that pays if ${steps} of ${all} steps are saved. ${where}.`
      : `${what}; by the runs in this store that takes as long as ${steps} steps, so it can't pay. ${where}.`,
  ];
}
