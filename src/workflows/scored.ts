import type { EmbedderProvenance } from '../identity/embedders.js';
import type { CheckpointSample } from '../identity/trajectory.js';
import type { Run } from './run.js';
import type { SweepSample } from './types.js';

/** Likeness from which on the embedder that has measured this run so far takes two pictures for one person. */
export const thresholdOf = ({ record }: Run): number | undefined =>
  (record.provenance.embedders as EmbedderProvenance[] | undefined)?.[0]?.threshold;

/** What the choice looks at. */
export const toChoiceSample = ({ prompt, rendered, measured }: SweepSample): CheckpointSample => ({
  prompt,
  seed: rendered.seed,
  identity: measured.identity,
  nearestTraining: measured.nearestTraining,
  yaw: measured.pose?.yaw ?? null,
});
