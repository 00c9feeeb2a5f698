import type { ResolvedProject } from './schema.js';

/** Of the training: the person begins to show, and nothing can have been copied yet. */
const early = 0.05;

/**
 * The saved checkpoint that is scored beside the sweep, so that what the guards say of late checkpoints does not hang on
 * which earlier ones are swept; it is no option of the choice. Null where the sweep itself has one as early.
 */
export function guardAnchorOf({ training, sweep }: Pick<ResolvedProject, 'training' | 'sweep'>): number | null {
  const { steps, saveEvery } = training;
  const step = Math.max(1, Math.ceil((early * steps) / saveEvery)) * saveEvery;
  return step < Math.min(...sweep.steps) ? step : null;
}
