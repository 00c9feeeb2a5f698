import { fitAdditive } from './additive-fit.js';
import { waver } from './pairs.js';
import { checkGuards } from './generalisation.js';
import { plateauStarts } from './plateau.js';
import { sureGain } from './sure-gain.js';
import { sweepGrid, type Row, type SweepGrid } from './sweep-grid.js';
import type { BaselineSample, CheckpointSamples } from './trajectory.js';

// Pure: workflows import this.

/**
 * So sure that identity has stopped rising, at the last checkpoint and at the one before. Issue 16 names 0.8. What others
 * save and miss: `npm run bench:stopping -- 100 --frontier`.
 */
export const lockedChance = 0.86;
/** The plateau is to have begun as many checkpoints back: the ones since then show that it is one. */
const stepsBack = 3;
/** Chance of stopping although no checkpoint is better than no LoRA. */
const falseGainChance = 0.05;

export type StopReason =
  /** `chance` that identity had stopped rising by the checkpoint of `by`; most likely it had at `since`. */
  | { kind: 'locked'; since: number; by: number; chance: number }
  /** The last two checkpoints fail the guard against copying: `why`, in words, of the last. */
  | { kind: 'copies'; since: number; why: string };

/**
 * Has a training shown what it can, so that it may stop? Where, at the last two checkpoints in a row, the chance is at
 * least 0.86 that the plateau of identity began three checkpoints back or before (`plateauStarts`), and identity is for
 * sure above no LoRA (`sureGain`), and the last one does not copy; or where the last two checkpoints fail the guard
 * against copying. The rule is that of issue 16, which measured it on draws of its own (9 % of steps saved); `npm run bench:stopping` measures it here.
 * No rule tells an identity that will rise again from one that has stopped.
 * @param checkpoints by step, ascending, on the same prompts and seeds
 * @returns null: it goes on
 */
export function stopReason(
  checkpoints: readonly CheckpointSamples[],
  baseline: readonly BaselineSample[],
  chance = lockedChance,
): StopReason | null {
  const grid = sweepGrid(checkpoints, baseline);
  const steps = checkpoints.map(({ step }) => step);
  const [before, last] = checkGuards(grid, steps).slice(-2);
  if (last?.kind !== 'copies') return lockedTwice(grid, steps, chance);
  // Of one alone, the next tells whether it is by chance.
  return before?.kind === 'copies' ? { kind: 'copies', since: steps[steps.length - 2], why: last.why } : null;
}

/**
 * The first checkpoint at which the rule says stop: the same whenever it is asked, and however many are known by then.
 * @param from how many of the checkpoints, which the rule has seen already, say nothing
 */
export function firstStop(
  checkpoints: readonly CheckpointSamples[],
  baseline: readonly BaselineSample[],
  from = 0,
  chance = lockedChance,
): (StopReason & { decidedAt: number }) | null {
  for (let count = Math.max(2, from + 1); count <= checkpoints.length; count++) {
    const reason = stopReason(checkpoints.slice(0, count), baseline, chance);
    if (reason) return { ...reason, decidedAt: checkpoints[count - 1].step };
  }
  return null;
}

function lockedTwice({ identity, baseline }: SweepGrid, steps: readonly number[], wanted: number): StopReason | null {
  if (lockOf(identity.slice(0, -1)).chance < wanted) return null;
  const { chance, row } = lockOf(identity);
  const sure = sureGain(identity, baseline, falseGainChance);
  if (chance < wanted || !sure || sure.low <= 0) return null;
  return { kind: 'locked', since: steps[row], by: steps[steps.length - 1 - stepsBack], chance };
}

/** Chance that the plateau began `stepsBack` checkpoints before the last of these or earlier, and where most likely. */
function lockOf(rows: readonly Row[]): { chance: number; row: number } {
  const { means, counts, variance } = fitAdditive(rows);
  if (rows.length <= stepsBack || counts.some((count) => count === 0)) return { chance: 0, row: 0 };
  const starts = plateauStarts(
    means,
    counts.map((count) => Math.hypot(Math.sqrt(variance / count), waver)),
  );
  const early = starts.slice(0, -stepsBack);
  return { chance: early.reduce((sum, one) => sum + one, 0), row: early.indexOf(Math.max(...early)) };
}
