import type { Score } from '../report/data.js';
import type { SetScores } from './set-scores.js';
import type { BaselineSample, CheckpointSamples } from './trajectory.js';

export interface ChoiceInput {
  checkpoints: CheckpointSamples[];
  baseline: BaselineSample[];
  /** The cosine at which the embedder takes two pictures for one person; the reason says where even the best stays below. */
  threshold?: number;
}

export interface CheckpointVerdict extends SetScores {
  step: number;
  /** Paired gain over the baseline; null where no prompt and seed shows a face both with and without LoRA. */
  gain: Score | null;
  /** Mean identity as if every prompt and seed showed a face; what checkpoints are compared by. Null without a face. */
  level: number | null;
  /** Of `level`, once what prompt and seed do to all checkpoints is taken out; null where it can't be known. */
  standardError: number | null;
  /** How far `level` lies below the best one's. */
  behindBest: number | null;
  /** Chance that identity has stopped rising by here, 0 to 1; null for one that is ruled out. */
  lockedBy: number | null;
  /** Why a guard rules it out, in words with the numbers. */
  failed: string | null;
}

export type ChoiceEnding =
  | { kind: 'winner'; /** The gain is at least this, with 95 % confidence. */ sureGain: number }
  | { kind: 'never-rises'; gain: number }
  | { kind: 'cannot-tell'; gain: number; sureGain: number; pairs: number; pairsNeeded: number | null }
  /** All are better than no LoRA, and nothing separates them: equals would differ as much in `chance` of sweeps. */
  | { kind: 'tie'; sureGain: number; chance: number; pairs: number; pairsNeeded: number | null }
  | { kind: 'too-few-pairs' }
  | { kind: 'all-fail' };

export interface CheckpointChoice {
  /** The chosen checkpoint; null: no clear winner. */
  step: number | null;
  rule: string;
  /** Two sentences of plain words with the numbers. */
  reason: string;
  /** The step of the highest level among those that pass the guards. */
  best: number | null;
  ending: ChoiceEnding;
  /** Where all are as good: the earliest of them, which has trained least. */
  asGoodAsAny: number | null;
  /** By step, ascending. */
  perStep: CheckpointVerdict[];
}
