import type { Score } from '../report/data.js';
import type { BaselineSample, CheckpointSamples } from './trajectory.js';

export interface ChoiceInput {
  checkpoints: CheckpointSamples[];
  baseline: BaselineSample[];
  /** The cosine at which the embedder takes two pictures for one person; the reason says where even the best stays below. */
  threshold?: number;
}

export interface CheckpointVerdict {
  step: number;
  identity: Score;
  perPrompt: Record<string, Score>;
  /** Paired gain over the baseline; null where no prompt and seed shows a face both with and without LoRA. */
  gain: Score | null;
  /** Of the mean gain; null below two pairs. */
  standardError: number | null;
  /** Mean of nearest-training similarity minus identity; null without training pictures. */
  memorisation: number | null;
  /** How far its mean lies below the best one's, paired. */
  behindBest: number | null;
  /** After the luck of the best has been taken out. */
  withinOneError: boolean;
  /** Why a guard rules it out, in words with the numbers. */
  failed: string | null;
}

export type ChoiceEnding =
  | { kind: 'winner'; /** The gain is at least this, with 95 % confidence. */ sureGain: number }
  | { kind: 'never-rises'; gain: number }
  | { kind: 'cannot-tell'; gain: number; sureGain: number; pairs: number; pairsNeeded: number | null }
  | { kind: 'too-few-pairs' }
  | { kind: 'all-fail' };

export interface CheckpointChoice {
  /** The chosen checkpoint; null: no clear winner. */
  step: number | null;
  rule: string;
  /** Two sentences of plain words with the numbers. */
  reason: string;
  /** The step of the highest mean among those that pass the guards. */
  best: number | null;
  /** How much of the best one's mean is the luck of the highest among equals. */
  luck: number;
  ending: ChoiceEnding;
  /** By step, ascending. */
  perStep: CheckpointVerdict[];
}
