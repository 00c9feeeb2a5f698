import type { Score, SetScores } from '../run/checkpoint-record.js';
import type { LostVariety } from './lost-variety.js';
import type { Paired } from './pairs.js';
import type { BaselineSample, CheckpointSamples } from './trajectory.js';

export interface ChoiceInput {
  checkpoints: CheckpointSamples[];
  baseline: BaselineSample[];
  /** Earlier than all of them: the guards compare with it too, and it is no option. */
  guardAnchor?: CheckpointSamples | null;
  /** The cosine at which the embedder takes two pictures for one person; the reason says where even the best stays below. */
  threshold?: number;
}

export interface CheckpointVerdict extends SetScores {
  step: number;
  /** Paired gain over the baseline; null where no prompt and seed shows a face both with and without LoRA. */
  gain: Score | null;
  /** Mean identity as if every prompt and seed showed a face; what checkpoints are compared by. Null without a face. */
  level: number | null;
  /** How far `level` lies below the best one's. */
  behindBest: Paired | null;
  /** Against the named checkpoint, on the same prompts and seeds; null where none is named or no face was found. */
  aheadOfNamed: Paired | null;
  /** Why a guard rules it out, in words with the numbers. */
  failed: string | null;
}

export type ChoiceEnding =
  | { kind: 'winner' }
  | { kind: 'never-rises'; gain: number }
  | { kind: 'cannot-tell'; gain: number; sureGain: number; pairs: number; pairsNeeded: number | null }
  /** All are better than no LoRA, and nothing separates them: equals would differ as much in `chance` of sweeps. */
  | { kind: 'tie'; chance: number; pairs: number; pairsNeeded: number | null }
  | { kind: 'too-few-pairs' }
  | { kind: 'all-fail' };

/** What the sweep leaves open, since it begins or ends where identity moves, or does not. */
export interface SweepWindow {
  /** Identity had not stopped rising when the sweep ended. */
  stillRises: boolean;
  /** From the first swept step on identity is flat, or falls; null: it rises first, or nothing is known. */
  start: 'flat' | 'falls' | null;
}

/** Of the checkpoint that is scored for the guards alone. */
export interface AnchorVerdict extends Pick<CheckpointVerdict, keyof SetScores | 'step' | 'gain'> {
  /** How far it lies below the named one; null where none is named. */
  behindNamed: Paired | null;
}

export interface CheckpointChoice extends SweepWindow {
  /** The chosen checkpoint; null: no clear winner. */
  step: number | null;
  rule: string;
  /** Two sentences of plain words with the numbers. */
  reason: string;
  /** The step of the highest level among those that pass the guards. */
  best: number | null;
  ending: ChoiceEnding;
  /** Where nothing separates them: what the rule would name, the earliest that is as good as the best. */
  asGoodAsAny: number | null;
  /** The named checkpoint's gain over no LoRA is at least this, with 95 % confidence; null where none is named. */
  sureGain: number | null;
  /** By step, ascending. */
  perStep: CheckpointVerdict[];
  guardAnchor: AnchorVerdict | null;
  /** Prompts under which an earlier sound checkpoint is for sure better than the named one, the worst first. */
  fallen: { prompt: string; step: number; by: number }[];
  /** Against an earlier step the named one's seeds come out nearly the same. */
  lostVariety: LostVariety | null;
}
