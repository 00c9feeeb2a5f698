import { checkGuards } from './generalisation.js';
import { explainChoice } from './choice-reason.js';
import { studentQuantile } from './distributions.js';
import { luckOfTheBest } from './luck.js';
import { mean, scoreOf, standardError } from './statistics.js';
import { gainsOf, pairsOf, type BaselineSample, type CheckpointSamples } from './trajectory.js';
import type { CheckpointVerdict, ChoiceInput, CheckpointChoice } from './verdict.js';

// Pure: workflows import this.

export const choiceRule =
  'The earliest checkpoint within one standard error of the best, over the same prompts and seeds, that passes the ' +
  'guards against memorising and against pictures without a face (one-standard-error rule: Breiman, Friedman, Olshen ' +
  'and Stone, Classification and Regression Trees, 1984, section 3.4.3; the best taken without the luck of having been ' +
  'picked: Tibshirani and Tibshirani, 2009); none where the best does not rise above the pictures without LoRA.';

/** Chance of naming a checkpoint although none is better than no LoRA, all checkpoints together. */
const falseWinnerChance = 0.05;

/**
 * Which checkpoint to ship. Every comparison is between pictures of the same prompt and seed. The best is the
 * checkpoint of the highest mean among those that pass the guards; a winner is named only if the best one's gain over
 * the baseline is above 0 for sure (Student, one-sided, 5 % shared among all checkpoints). Among checkpoints that the
 * data cannot tell from the best, the earliest: less training, less memorised. The best of many looks better than it
 * is; without taking that luck out, a plateau of ten equals would mostly yield a late one. No step number is special.
 */
export function chooseCheckpoint(input: ChoiceInput): CheckpointChoice {
  const checkpoints = input.checkpoints.toSorted((a, b) => a.step - b.step);
  const verdicts = checkpoints.map((checkpoint) => measureCheckpoint(checkpoint, input.baseline));
  checkGuards(verdicts, checkpoints, input.baseline);
  const sound = verdicts.filter((verdict) => verdict.failed === null && verdict.identity.n > 0);
  const best = sound.reduce<CheckpointVerdict | null>(higherMean, null);
  const luck = best === null ? 0 : compareWithBest(verdicts, checkpoints, best);
  const ending = best === null ? ({ kind: 'all-fail' } as const) : separation(sound, best, verdicts.length);
  const earliest = ending.kind === 'winner' ? (sound.find((verdict) => verdict.withinOneError) ?? null) : null;
  const result = { step: earliest?.step ?? null, best: best?.step ?? null, luck, ending, perStep: verdicts };
  return { ...result, rule: choiceRule, reason: explainChoice(result, input.threshold) };
}

function measureCheckpoint(checkpoint: CheckpointSamples, baseline: readonly BaselineSample[]): CheckpointVerdict {
  const gains = gainsOf(checkpoint, baseline);
  const prompts = [...new Set(checkpoint.samples.map(({ prompt }) => prompt))];
  const ofPrompt = (prompt: string) => checkpoint.samples.filter((sample) => sample.prompt === prompt);
  const copying = checkpoint.samples.flatMap(({ identity, nearestTraining }) =>
    identity === null || nearestTraining === null ? [] : [nearestTraining - identity],
  );
  const identity = scoreOf(checkpoint.samples.map((sample) => sample.identity));
  return {
    step: checkpoint.step,
    identity,
    perPrompt: Object.fromEntries(prompts.map((prompt) => [prompt, scoreOf(ofPrompt(prompt).map((s) => s.identity))])),
    gain: gains.length === 0 ? null : scoreOf(gains),
    standardError: standardError(gains),
    memorisation: copying.length === 0 ? null : mean(copying),
    behindBest: null,
    withinOneError: false,
    failed: null,
  };
}

const higherMean = (best: CheckpointVerdict | null, verdict: CheckpointVerdict): CheckpointVerdict =>
  best === null || verdict.identity.mean > best.identity.mean ? verdict : best;

/** Fills `behindBest` and `withinOneError`, over the prompts and seeds where both show a face. Returns the best's luck. */
function compareWithBest(
  verdicts: CheckpointVerdict[],
  checkpoints: CheckpointSamples[],
  best: CheckpointVerdict,
): number {
  const ofBest = checkpoints[verdicts.indexOf(best)];
  const luck = luckOfTheBest(
    checkpoints.filter((_, index) => verdicts[index].failed === null),
    ofBest,
  );
  for (const [index, verdict] of verdicts.entries()) {
    const pairs = pairsOf(ofBest.samples, checkpoints[index].samples);
    if (pairs.length === 0) continue;
    verdict.behindBest = mean(pairs.map(([bests, own]) => bests - own));
    const error = best.standardError ?? standardError(pairs.map(([bests]) => bests)) ?? 0;
    verdict.withinOneError = verdict.behindBest <= error + luck;
  }
  return luck;
}

/**
 * Does identity rise above the baseline, as far as the pictures can tell? Any sound checkpoint may show it (the best
 * one may have few pairs): the chance of error is shared among all of them.
 */
function separation(sound: CheckpointVerdict[], best: CheckpointVerdict, looks: number): CheckpointChoice['ending'] {
  const quantile = (count: number) => studentQuantile(1 - falseWinnerChance / looks, count - 1);
  const sureGains = sound.flatMap(({ gain, standardError: error }) =>
    gain === null || error === null ? [] : [gain.mean - error * quantile(gain.n)],
  );
  const sureGain = Math.max(...sureGains);
  if (sureGain > 0) return { kind: 'winner', sureGain };
  const { gain, standardError: error } = best;
  if (gain === null || error === null) return { kind: 'too-few-pairs' };
  if (gain.mean <= 0) return { kind: 'never-rises', gain: gain.mean };
  const spread = error * Math.sqrt(gain.n);
  const needed = pairsNeeded(gain.mean, (count) => (spread / Math.sqrt(count)) * quantile(count), gain.n);
  return { kind: 'cannot-tell', gain: gain.mean, sureGain, pairs: gain.n, pairsNeeded: needed };
}

/** How many pairs would show a gain of this size, if it is real; null beyond 1,000: too small to chase. */
function pairsNeeded(gain: number, margin: (count: number) => number, pairs: number): number | null {
  for (let count = pairs + 1; count <= 1000; count++) if (margin(count) < gain) return count;
  return null;
}
