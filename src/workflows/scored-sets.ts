import type { RenderBatchResult, ScoreFacesResult } from '../run/contracts.js';
import type { CheckpointSaved } from '../run/training-record.js';
import type { SweepProgress } from '../run/sweep.js';
import type { StoredSet } from '../run/sweep-verdict.js';
import { inlineSetOf, type InlineSet } from './earlier-sweeps.js';

export type ScoredSet = StoredSet | InlineSet;

/** What a unit of the sweep tells of its images once they are scored. */
export function progressOf(
  saved: CheckpointSaved | null,
  batch: RenderBatchResult,
  scored: ScoreFacesResult,
): { set: ScoredSet; progress: SweepProgress } {
  const { set, scores } = setOf(batch, scored);
  const { servers, reused, spent } = batch;
  const progress: SweepProgress = {
    step: saved?.step ?? null,
    state: 'scored',
    ...scores,
    ...(scored.sets ? { strengths: scored.sets } : {}),
    servers,
    ...(reused ? { reused } : {}),
    ...(spent ? { spent } : {}),
  };
  return { set, progress };
}

type Scores = Pick<SweepProgress, 'identity' | 'measures' | 'table'>;

export function setOf(batch: RenderBatchResult, result: ScoreFacesResult): { set: ScoredSet; scores: Scores } {
  const { generalisation, set: stored } = result;
  const { set, scores } = stored
    ? { set: { table: stored.table, generalisation }, scores: stored.scores }
    : inlineSetOf(batch, result);
  const { identity, ...measures } = scores;
  return { set, scores: { identity, measures: { ...measures, generalisation }, table: stored?.table } };
}
