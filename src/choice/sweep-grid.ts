import type { BaselineSample, CheckpointSample, CheckpointSamples } from './trajectory.js';
import { keyOf } from './trajectory.js';

/** One row a checkpoint (or the baseline), one column a prompt and seed; null: no face there, or no picture. */
export type Row = (number | null)[];

export interface SweepGrid {
  /** By step, ascending, as given. */
  identity: Row[];
  /** Nearest-training similarity minus identity. */
  copying: Row[];
  baseline: Row;
  /** Of each column. */
  prompts: string[];
}

/** The sweep as a table, so that every comparison is between pictures of the same prompt and seed. */
export function sweepGrid(checkpoints: readonly CheckpointSamples[], baseline: readonly BaselineSample[]): SweepGrid {
  const promptOf = new Map(
    [...checkpoints.flatMap(({ samples }) => samples), ...baseline].map((sample) => [keyOf(sample), sample.prompt]),
  );
  const cells = [...promptOf.keys()];
  const rowOf = <T extends BaselineSample>(samples: readonly T[], value: (sample: T) => number | null): Row => {
    const known = new Map(samples.map((sample) => [keyOf(sample), value(sample)]));
    return cells.map((cell) => known.get(cell) ?? null);
  };
  return {
    identity: checkpoints.map(({ samples }) => rowOf(samples, ({ identity }) => identity)),
    copying: checkpoints.map(({ samples }) => rowOf(samples, copyingOf)),
    baseline: rowOf(baseline, ({ identity }) => identity),
    prompts: [...promptOf.values()],
  };
}

/** How much nearer a render is to a training picture than to the held-out ones. */
export const copyingOf = ({ identity, nearestTraining }: CheckpointSample): number | null =>
  identity === null || nearestTraining === null ? null : nearestTraining - identity;
