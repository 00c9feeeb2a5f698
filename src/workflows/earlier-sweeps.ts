import type { SweepResult } from '../run/sweep.js';
import { setScores } from '../choice/set-scores.js';
import { judgeSweep } from '../choice/judge-sweep.js';
import { toChoiceSample } from '../choice/sweep-verdict.js';
import type { RenderBatchResult, RenderedItem, ScoreFacesInput, ScoreFacesResult } from '../run/contracts.js';
import type { Measured } from '../run/record.js';
import type { Generalisation, SetScores } from '../run/checkpoint-record.js';
import type { CheckpointSaved } from '../run/training-record.js';
import { promptOfKey } from '../run/sweep-items.js';
import type { StoredSet } from '../run/sweep-verdict.js';
import type { Run } from './run.js';
import { thresholdOf } from './run.js';

// Of runs that began with an earlier version, and of nothing else. Two generations: sweeps that carried every picture
// through the history (before the patch `sweep-in-store`), and sweeps whose sets came back in one result, beside the
// progress that had told of their scores (before `sweep-tells-sets`).

/** One picture of the sweep: which prompt and seed, and what was found in it. */
interface SweepSample {
  prompt: string;
  rendered: RenderedItem;
  measured: Measured;
}

/** A set picture by picture. */
export interface InlineSet {
  samples: SweepSample[];
  /** Null in runs that began before it was measured. */
  generalisation: Generalisation | null;
}

interface ResultOf<Set> extends SweepResult {
  baseline: Set;
  /** By step, ascending. */
  checkpoints: (Set & CheckpointSaved)[];
}

export type StoredSweepResult = ResultOf<StoredSet>;
export type EarlierSweepResult = StoredSweepResult | ResultOf<InlineSet>;

export const isEarlier = (result: SweepResult): result is EarlierSweepResult => 'baseline' in result;

export const isInline = (result: EarlierSweepResult): result is ResultOf<InlineSet> => 'samples' in result.baseline;

export function imagesToScore({ items }: RenderBatchResult): ScoreFacesInput['images'] {
  return items.map(({ key, image, prompt, seed }) => {
    return { key, image, render: { promptId: promptOfKey(key), prompt, seed } };
  });
}

export function inlineSetOf(
  { items }: RenderBatchResult,
  { pictures, generalisation }: ScoreFacesResult,
): { set: InlineSet; scores: SetScores } {
  const samples = items.map((rendered, index) => {
    return { prompt: promptOfKey(rendered.key), rendered, measured: pictures[index].measured };
  });
  return { set: { samples, generalisation }, scores: setScores(samples.map(toChoiceSample)) };
}

export function recordInline(run: Run, sweep: ResultOf<InlineSet>): void {
  const { prompts } = run.input.project.sweep;
  const { strips, ...verdict } = judgeSweep({ ...sweep, prompts, threshold: thresholdOf(run) });
  const firsts = strips[0]?.images.slice(0, verdict.checkpoints.length) ?? [];
  run.record.noteVerdict({ ...verdict, strips, firsts });
}
