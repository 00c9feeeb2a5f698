import type { ScoreFacesResult } from '../activities/types.js';
import type { ScoredPicture } from '../identity/scored-picture.js';
import type { CheckpointSample } from '../identity/trajectory.js';
import type { SweepSample } from './types.js';

/** Runs that began before the result had more than its pictures have a plain list of them in their histories. */
export const picturesOf = (result: ScoreFacesResult | ScoredPicture[]): ScoredPicture[] =>
  Array.isArray(result) ? result : result.pictures;

/** What measured, for the report; older results do not say. */
export const embeddersOf = (result: ScoreFacesResult | ScoredPicture[]): Record<string, unknown> =>
  Array.isArray(result) || !result.embedders ? {} : { embedders: result.embedders };

/** What the choice looks at. */
export const toChoiceSample = ({ prompt, rendered, measured }: SweepSample): CheckpointSample => ({
  prompt,
  seed: rendered.seed,
  identity: measured.identity,
  nearestTraining: measured.nearestTraining,
  yaw: measured.pose?.yaw ?? null,
});
