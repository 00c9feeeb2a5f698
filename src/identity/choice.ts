import { checkGuards } from './generalisation.js';
import { explainChoice } from './choice-reason.js';
import { studentQuantile } from './distributions.js';
import { mean, scoreOf, standardError } from './statistics.js';
import { gainsOf, pairsOf, type BaselineSample, type CheckpointSamples } from './trajectory.js';
import type { CheckpointVerdict, ChoiceInput, CheckpointChoice } from './verdict.js';

// Pure: workflows import this.

export const choiceRule =
  'The earliest checkpoint within one standard error of the best, over the same prompts and seeds, that passes the ' +
  'guards against memorising and against pictures without a face (one-standard-error rule: Breiman, Friedman, Olshen ' +
  'and Stone, Classification and Regression Trees, 1984, section 3.4.3); none where the best does not rise above the ' +
  'pictures without LoRA.';

/** Chance of naming a checkpoint although none is better than no LoRA, all checkpoints together. */
const falseWinnerChance = 0.05;

/**
 * Which checkpoint to ship. Every comparison is between pictures of the same prompt and seed. The best is the
 * checkpoint of the highest mean among those that pass the guards; a winner is named only if the best one's gain over
 * the baseline is above 0 for sure (Student, one-sided, 5 % shared among all checkpoints). Among checkpoints that the
 * data cannot tell from the best, the earliest: less training, less memorised. No step number is special.
 */
export function chooseCheckpoint(input: ChoiceInput): CheckpointChoice {
  const checkpoints = input.checkpoints.toSorted((a, b) => a.step - b.step);
  const verdicts = checkpoints.map((checkpoint) => measureCheckpoint(checkpoint, input.baseline));
  checkGuards(verdicts, checkpoints, input.baseline);
  const sound = verdicts.filter((verdict) => verdict.failed === null && verdict.identity.n > 0);
  const best = sound.reduce<CheckpointVerdict | null>(higherMean, null);
  if (best) compareWithBest(verdicts, checkpoints, best);
  const ending = best === null ? ({ kind: 'all-fail' } as const) : separation(best, verdicts.length);
  const earliest = ending.kind === 'winner' ? (sound.find((verdict) => verdict.withinOneError) ?? null) : null;
  const result = { step: earliest?.step ?? null, best: best?.step ?? null, ending, perStep: verdicts };
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

/** Fills `behindBest` and `withinOneError`, over the prompts and seeds where both checkpoints show a face. */
function compareWithBest(verdicts: CheckpointVerdict[], checkpoints: CheckpointSamples[], best: CheckpointVerdict) {
  const bestSamples = checkpoints[verdicts.indexOf(best)].samples;
  for (const [index, verdict] of verdicts.entries()) {
    const pairs = pairsOf(bestSamples, checkpoints[index].samples);
    if (verdict !== best && pairs.length === 0) continue;
    verdict.behindBest = mean(pairs.map(([ofBest, own]) => ofBest - own));
    const error = best.standardError ?? standardError(pairs.map(([ofBest]) => ofBest)) ?? 0;
    verdict.withinOneError = verdict.behindBest <= error;
  }
}

/** Does the best checkpoint rise above the baseline, as far as the pictures can tell? */
function separation(best: CheckpointVerdict, looks: number): CheckpointChoice['ending'] {
  if (best.gain === null || best.gain.n < 2 || best.standardError === null) return { kind: 'too-few-pairs' };
  const { mean: gain, n: pairs } = best.gain;
  const margin = (count: number) =>
    best.standardError! * Math.sqrt(pairs / count) * studentQuantile(1 - falseWinnerChance / looks, count - 1);
  const sureGain = gain - margin(pairs);
  if (sureGain > 0) return { kind: 'winner', sureGain };
  if (gain <= 0) return { kind: 'never-rises', gain };
  return { kind: 'cannot-tell', gain, sureGain, pairs, pairsNeeded: pairsNeeded(gain, margin, pairs) };
}

/** How many pairs would show a gain of this size, if it is real; null beyond 1,000: too small to chase. */
function pairsNeeded(gain: number, margin: (count: number) => number, pairs: number): number | null {
  for (let count = pairs + 1; count <= 1000; count++) if (margin(count) < gain) return count;
  return null;
}
