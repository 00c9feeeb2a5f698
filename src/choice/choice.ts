import { fitAdditive, type AdditiveFit } from './additive-fit.js';
import { explainChoice } from './choice-reason.js';
import { isAsGood, mostBehind, waver, paired, type Paired } from './pairs.js';
import { fallenPrompts } from './fallen-prompts.js';
import { lostVariety } from './lost-variety.js';
import { checkGuards, type Failure } from './generalisation.js';
import { promptsMoveTogether } from './prompt-effects.js';
import { chanceOfEquals, picturesToSeparate } from './separation.js';
import { setScores } from './set-scores.js';
import { scoreOf } from './statistics.js';
import { gainForSure, sureGain, type SureGain } from './sure-gain.js';
import { sweepGrid, type SweepGrid } from './sweep-grid.js';
import { gainsOf, type BaselineSample, type CheckpointSamples } from './trajectory.js';
import type { CheckpointChoice, CheckpointVerdict, ChoiceEnding, ChoiceInput } from './verdict.js';
import { risesAtEnd, windowOf } from './window.js';

// Pure: workflows import this.

export const choiceRule =
  'The earliest checkpoint that is statistically as good as the best: on the same prompts and seeds, a paired t-test at ' +
  `the 10% level does not find the best better, and its identity is at most ${mostBehind} lower (after the ` +
  'one-standard-error rule of Breiman, Friedman, Olshen and Stone, Classification and Regression Trees, 1984, section ' +
  '3.4.3). A checkpoint that memorises training images or loses faces is ruled out. No checkpoint is chosen if the best ' +
  'is not better than no LoRA, or if the checkpoints are statistically equal.';

/** Chance of naming a checkpoint although none is better than no LoRA. */
const falseGainChance = 0.05;
/** Chance that the bound of the named one's gain is too high: half of it, since it was picked by these very images. */
const boundChance = falseGainChance / 2;
/** Chance of naming one although all are equal. */
const falseWinnerChance = 0.05;

/** Which checkpoint to ship, with its reason. No step number is special. The same sweep gives the same answer. */
export function chooseCheckpoint(input: ChoiceInput): CheckpointChoice {
  const checkpoints = input.checkpoints.toSorted((a, b) => a.step - b.step);
  const decision = decide(checkpoints, input);
  const { grid, fit, failures, best, chosen, asGoodAsAny, ending } = decision;
  const named = chosen ?? asGoodAsAny;
  const { identity } = grid;
  const perStep = checkpoints.map((checkpoint, row): CheckpointVerdict => {
    const hasFace = fit.counts[row] > 0;
    return {
      ...measureCheckpoint(checkpoint, input.baseline),
      level: hasFace ? fit.means[row] : null,
      behindBest: hasFace && best !== null ? behindOf(grid, fit, row, best) : null,
      aheadOfNamed: named === null || !hasFace ? null : paired(identity[named], identity[row]),
      failed: failures[row]?.why ?? null,
    };
  });
  const stepOf = (row: number | null) => (row === null ? null : checkpoints[row].step);
  const result = {
    step: stepOf(chosen),
    best: stepOf(best),
    asGoodAsAny: stepOf(asGoodAsAny),
    ending,
    sureGain: named === null ? null : gainForSure(identity, grid.baseline, named, boundChance),
    ...windowOf(decision),
    perStep,
    guardAnchor: anchorVerdict(input, named === null ? null : checkpoints[named]),
    ...styleOf(decision, checkpoints, input, named),
  };
  return { ...result, rule: choiceRule, reason: explainChoice(result, input.threshold) };
}

export interface ChoiceDecision {
  grid: SweepGrid;
  fit: AdditiveFit;
  failures: (Failure | null)[];
  /** Rows of the sweep, by step, that pass the guards; the next three are rows too. */
  sound: number[];
  /** A step; null: no usable checkpoint. */
  best: number | null;
  /** A step; null: no checkpoint is chosen. */
  chosen: number | null;
  asGoodAsAny: number | null;
  ending: ChoiceEnding;
}

/** The rule itself, without the intervals that are shown beside it. @param checkpoints by step, ascending */
export function decide(
  checkpoints: readonly CheckpointSamples[],
  { baseline, guardAnchor = null }: Pick<ChoiceInput, 'baseline' | 'guardAnchor'>,
): ChoiceDecision {
  const grid = sweepGrid(checkpoints, baseline);
  const fit = fitAdditive(grid.identity);
  const failures = failuresOf(checkpoints, baseline, guardAnchor);
  const sound = [...failures.keys()].filter((row) => failures[row] === null && fit.counts[row] > 0);
  const best = sound.reduce<number | null>(
    (highest, row) => (highest === null || fit.means[row] > fit.means[highest] ? row : highest),
    null,
  );
  const common = { grid, fit, failures, sound, best };
  if (best === null) return { ...common, chosen: null, asGoodAsAny: null, ending: { kind: 'all-fail' } };
  const ending = endingOf(grid, sound, fit, failures);
  const earliest = earliestAsGood(grid, sound, best, fit);
  const chosen = ending.kind === 'winner' ? earliest : null;
  const asGoodAsAny = ending.kind === 'tie' ? earliest : null;
  return { ...common, chosen, asGoodAsAny, ending };
}

/** What a guard compares a checkpoint with must not hang on which earlier ones are swept. */
function failuresOf(
  checkpoints: readonly CheckpointSamples[],
  baseline: readonly BaselineSample[],
  guardAnchor: CheckpointSamples | null,
): (Failure | null)[] {
  const guarded = guardAnchor ? [guardAnchor, ...checkpoints] : checkpoints;
  const steps = guarded.map(({ step }) => step);
  const failures = checkGuards(sweepGrid(guarded, baseline), steps).slice(guardAnchor ? 1 : 0);
  const tested = checkpoints.map(({ testFailure = null }, row): Failure | null => {
    return failures[row] ?? (testFailure === null ? null : { kind: 'fails-tests', why: testFailure, certain: true });
  });
  // What every checkpoint does tells none from another: it is only said.
  return tested.some((failure) => failure === null) ? tested : failures;
}

function earliestAsGood(grid: SweepGrid, sound: readonly number[], best: number, fit: AdditiveFit): number {
  return sound.find((row) => row === best || isAsGood(behindOf(grid, fit, row, best))) ?? best;
}

/** How far a checkpoint lies below the best, as if every image showed a face; the error is that of the pairs that do. */
const behindOf = ({ identity }: SweepGrid, { means }: AdditiveFit, row: number, best: number): Paired => {
  return { ...paired(identity[row], identity[best]), difference: means[best] - means[row] };
};

/** Is there a winner at all: does identity rise above the baseline, and does anything separate the checkpoints? */
function endingOf(
  { identity, baseline, prompts }: SweepGrid,
  sound: readonly number[],
  fit: AdditiveFit,
  failures: readonly (Failure | null)[],
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
  if (sound.length < 2 || failures.some((failure) => failure?.certain)) return { kind: 'winner' };
  if (risesAtEnd(identity, sound)) return { kind: 'winner' };
  const blocks = promptsMoveTogether(identity, prompts, fit) ? prompts : prompts.map((_, cell) => String(cell));
  const chance = chanceOfEquals(identity, blocks, waver);
  if (chance <= falseWinnerChance) return { kind: 'winner' };
  const shown = Math.min(...sound.map((row) => fit.counts[row]));
  return { kind: 'tie', chance, pairs: shown, pairsNeeded: picturesToSeparate(fit, waver, falseWinnerChance) };
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

/** What people see of the named checkpoint, however its mean stands. */
function styleOf(
  { grid, sound }: ChoiceDecision,
  checkpoints: readonly CheckpointSamples[],
  { guardAnchor }: ChoiceInput,
  named: number | null,
): Pick<CheckpointChoice, 'fallen' | 'lostVariety'> {
  if (named === null) return { fallen: [], lostVariety: null };
  const falls = fallenPrompts(grid, named, sound);
  const earlier = sound.filter((row) => row < named).map((row) => checkpoints[row]);
  return {
    fallen: falls.map(({ prompt, peak, by }) => ({ prompt, step: checkpoints[peak].step, by })),
    lostVariety: lostVariety(checkpoints[named], guardAnchor ? [guardAnchor, ...earlier] : earlier),
  };
}

/** Beside the named checkpoint; it is no option, so nothing is said of how it ranks among them. */
function anchorVerdict(
  { guardAnchor, baseline }: ChoiceInput,
  named: CheckpointSamples | null,
): CheckpointChoice['guardAnchor'] {
  if (!guardAnchor) return null;
  const { identity } = sweepGrid(named ? [guardAnchor, named] : [guardAnchor], baseline);
  return {
    ...measureCheckpoint(guardAnchor, baseline),
    behindNamed: named ? paired(identity[0], identity[1]) : null,
  };
}

function measureCheckpoint(checkpoint: CheckpointSamples, baseline: readonly BaselineSample[]) {
  const gains = gainsOf(checkpoint, baseline);
  return {
    step: checkpoint.step,
    ...(checkpoint.scores ?? setScores(checkpoint.samples)),
    gain: gains.length === 0 ? null : scoreOf(gains),
  };
}
