import { fitAdditive, type AdditiveFit } from './additive-fit.js';
import { dependenceOf, type Dependence } from './dependence.js';
import { explainChoice } from './choice-reason.js';
import { checkGuards, type Failure } from './generalisation.js';
import { plateauStarts } from './plateau.js';
import { chanceOfEquals, picturesToSeparate } from './separation.js';
import { setScores } from './set-scores.js';
import { scoreOf } from './statistics.js';
import { sureGain, type SureGain } from './sure-gain.js';
import { sweepGrid, type SweepGrid } from './sweep-grid.js';
import { gainsOf, type BaselineSample, type CheckpointSamples } from './trajectory.js';
import type { CheckpointChoice, CheckpointVerdict, ChoiceEnding, ChoiceInput } from './verdict.js';

// Pure: workflows import this.

export const choiceRule =
  'The earliest checkpoint within one standard error of the best, over the same prompts and seeds, that passes the ' +
  'guards against memorising and against pictures without a face (one-standard-error rule: Breiman, Friedman, Olshen ' +
  'and Stone, Classification and Regression Trees, 1984, section 3.4.3; read off the chance that identity has stopped ' +
  'rising, a change point after Smith, Biometrika 62, 1975); none where the best does not rise above the pictures ' +
  'without LoRA, or where nothing separates the checkpoints.';

/**
 * Of normal values 0.32 lie more than one standard error from the middle. Half of it is too early on a curve that rises
 * ever more slowly; more than it is too late on one that locks at once (`bench:choice`).
 */
export const lockedChance = 0.32;
/** Chance of naming a checkpoint although none is better than no LoRA. */
const falseGainChance = 0.05;
/** Chance of naming one although all are equal; the guards add theirs. */
const falseWinnerChance = 0.04;
/** Checkpoints nearer than this in mean cosine are alike: training makes them waver as much from step to step. */
const waver = 0.01;
/** A checkpoint this many standard errors below the best is not taken, whatever its neighbours say. */
const badByItselfErrors = 4;

/** Which checkpoint to ship, with its reason. No step number is special. The same sweep gives the same answer. */
export function chooseCheckpoint(input: ChoiceInput): CheckpointChoice {
  const checkpoints = input.checkpoints.toSorted((a, b) => a.step - b.step);
  const decision = decide(checkpoints, input.baseline);
  const { fit, failures, lockedBy, best } = decision;
  const perStep = checkpoints.map((checkpoint, row): CheckpointVerdict => {
    const hasFace = fit.counts[row] > 0;
    return {
      ...measureCheckpoint(checkpoint, input.baseline),
      level: hasFace ? fit.means[row] : null,
      standardError: hasFace && fit.degrees > 0 ? Math.sqrt(fit.variance / fit.counts[row]) : null,
      behindBest: hasFace && best !== null ? fit.means[best] - fit.means[row] : null,
      lockedBy: lockedBy[row],
      failed: failures[row]?.why ?? null,
    };
  });
  const stepOf = (row: number | null) => (row === null ? null : checkpoints[row].step);
  const { chosen, asGoodAsAny, ending } = decision;
  const result = { step: stepOf(chosen), best: stepOf(best), asGoodAsAny: stepOf(asGoodAsAny), ending, perStep };
  return { ...result, rule: choiceRule, reason: explainChoice(result, input.threshold) };
}

export interface ChoiceDecision {
  /** Rows of the sweep, by step. */
  chosen: number | null;
  best: number | null;
  asGoodAsAny: number | null;
  ending: ChoiceEnding;
  fit: AdditiveFit;
  failures: (Failure | null)[];
  lockedBy: (number | null)[];
}

/** The rule itself, without the intervals that are shown beside it. @param checkpoints by step, ascending */
export function decide(checkpoints: readonly CheckpointSamples[], baseline: readonly BaselineSample[]): ChoiceDecision {
  const grid = sweepGrid(checkpoints, baseline);
  const plain = fitAdditive(grid.identity);
  const dependence = dependenceOf(grid.identity, grid.prompts, plain);
  const fit = { ...plain, variance: plain.variance * dependence.inflation };
  const failures = checkGuards(
    grid,
    checkpoints.map(({ step }) => step),
  );
  const sound = [...failures.keys()].filter((row) => failures[row] === null && fit.counts[row] > 0);
  const best = sound.reduce<number | null>(
    (highest, row) => (highest === null || fit.means[row] > fit.means[highest] ? row : highest),
    null,
  );
  const lockedBy = lockChances(sound, fit, failures.length);
  const ending = best === null ? ({ kind: 'all-fail' } as const) : endingOf(grid, sound, fit, failures, dependence);
  const earliest = best === null ? null : earliestLocked(sound, best, fit, lockedBy);
  const chosen = ending.kind === 'winner' ? earliest : null;
  const asGoodAsAny = ending.kind === 'tie' ? sound[0] : null;
  return { chosen, best, asGoodAsAny, ending, fit, failures, lockedBy };
}

/** For each sound checkpoint the chance that identity has stopped rising by then. */
function lockChances(sound: readonly number[], fit: AdditiveFit, of: number): (number | null)[] {
  const chances = Array<number | null>(of).fill(null);
  const starts = plateauStarts(
    sound.map((row) => fit.means[row]),
    sound.map((row) => errorOf(fit, row)),
  );
  let sum = 0;
  for (const [at, row] of sound.entries()) chances[row] = Math.min(1, (sum += starts[at]));
  return chances;
}

const errorOf = ({ variance, counts }: AdditiveFit, row: number): number =>
  Math.hypot(Math.sqrt(variance / counts[row]), waver);

function earliestLocked(
  sound: readonly number[],
  best: number,
  fit: AdditiveFit,
  lockedBy: readonly (number | null)[],
): number {
  const isGood = (row: number) =>
    (lockedBy[row] ?? 0) >= lockedChance &&
    fit.means[best] - fit.means[row] <= badByItselfErrors * Math.hypot(errorOf(fit, row), errorOf(fit, best));
  return sound.find(isGood) ?? best;
}

/** Is there a winner at all: does identity rise above the baseline, and does anything separate the checkpoints? */
function endingOf(
  { identity, baseline, prompts }: SweepGrid,
  sound: readonly number[],
  fit: AdditiveFit,
  failures: readonly (Failure | null)[],
  dependence: Dependence,
): ChoiceEnding {
  const sure = sureGain(
    sound.map((row) => identity[row]),
    baseline,
    falseGainChance,
  );
  if (sure === null) return { kind: 'too-few-pairs' };
  const { gain, low, pairs } = sure;
  if (low <= 0 && gain <= 0) return { kind: 'never-rises', gain };
  if (low <= 0) return { kind: 'cannot-tell', gain, sureGain: low, pairs, pairsNeeded: pairsNeeded(sure) };
  // A guard that rules one out for certain separates them too.
  if (sound.length < 2 || failures.some((failure) => failure?.certain)) return { kind: 'winner', sureGain: low };
  const chance = chanceOfEquals(identity, prompts, dependence);
  if (chance <= falseWinnerChance) return { kind: 'winner', sureGain: low };
  const shown = Math.min(...sound.map((row) => fit.counts[row]));
  return { kind: 'tie', sureGain: low, chance, pairs: shown, pairsNeeded: picturesToSeparate(fit, falseWinnerChance) };
}

/** How many pairs would show a gain of this size, if it is real; null beyond 1,000: too small to chase. */
function pairsNeeded({ gain, pairs, margin }: SureGain): number | null {
  let [tooFew, enough] = [pairs, 1000];
  if (margin(enough) >= gain) return null;
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (margin(middle) < gain) enough = middle;
    else tooFew = middle;
  }
  return enough;
}

function measureCheckpoint(checkpoint: CheckpointSamples, baseline: readonly BaselineSample[]) {
  const gains = gainsOf(checkpoint, baseline);
  return {
    step: checkpoint.step,
    ...setScores(checkpoint.samples),
    gain: gains.length === 0 ? null : scoreOf(gains),
  };
}
