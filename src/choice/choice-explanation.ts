import { hasInterval } from '../run/checkpoint-record.js';
import { mostBehind } from './pairs.js';
import { beforeFirst, windowSentences } from './window-words.js';
import type { CheckpointChoice, CheckpointVerdict } from './verdict.js';

// Pure: workflows import this.

/** Why this checkpoint and not its neighbours, a sentence each, with the numbers. Where none is named: why none is. */
export function explainNeighbours(choice: CheckpointChoice): string[] {
  const { perStep, reason, ending } = choice;
  const at = perStep.findIndex(({ step }) => step === (choice.step ?? choice.asGoodAsAny));
  if (at < 0) return [reason, ...scoresOf(choice), ...ofGuards(choice)];
  const named = perStep[at];
  const isSound = ({ failed }: CheckpointVerdict) => failed === null;
  const before = perStep.slice(0, at).findLast(isSound);
  const after = perStep.slice(at + 1).find(isSound);
  const best = perStep.find(({ step }) => step === choice.best);
  return [
    ...(ending.kind === 'tie'
      ? [reason, `Equally good checkpoints differ this much in ${Math.round(100 * ending.chance)} of 100 sweeps.`]
      : [`Checkpoint ${named.step} has identity ${interval(named)}.`]),
    before ? ofEarlier(before) : noneBefore(named, at, choice.guardAnchor),
    after ? ofOther('the next one', after) + copyingGrowth(after, named) : noneAfter(named, at, perStep.length),
    ...(best && best !== named && best !== after ? [ofOther('the one with the highest identity', best)] : []),
    ...ofPrompts(named, perStep),
    ...windowSentences(choice, at),
    ...ofGuards(choice),
  ];
}

function ofEarlier({ step, behindBest }: CheckpointVerdict): string {
  if (!behindBest) return `Checkpoint ${step}, the one before, shows no face.`;
  const { difference, error, pairs } = behindBest;
  const what = `Checkpoint ${step}, the one before, is ${fine(difference)} behind the best`;
  if (pairs < 2) return `${what}; too few images show a face in both to compare them.`;
  return difference > mostBehind
    ? `${what}; a checkpoint more than ${mostBehind} behind is never chosen.`
    : `${what}, a measurable difference (standard error ${fine(error)}).`;
}

function noneBefore({ step }: CheckpointVerdict, at: number, guardAnchor: CheckpointChoice['guardAnchor']): string {
  if (at > 0) return `Every checkpoint before ${step} is ruled out.`;
  const isFirst = `Checkpoint ${step} is the first of the sweep.`;
  const isKnown = beforeFirst(guardAnchor, step) !== null;
  return isKnown ? isFirst : `${isFirst} Sweep earlier steps to see whether one is as good.`;
}

function noneAfter({ step }: CheckpointVerdict, at: number, count: number): string {
  return at === count - 1
    ? `Checkpoint ${step} is the last of the sweep.`
    : `Every checkpoint after ${step} is ruled out.`;
}

function ofOther(what: string, { step, aheadOfNamed }: CheckpointVerdict): string {
  if (!aheadOfNamed || aheadOfNamed.pairs === 0)
    return `Checkpoint ${step}, ${what}, can't be compared: no prompt and seed shows a face in both.`;
  const { difference, error, pairs } = aheadOfNamed;
  const spread = Number.isFinite(error) ? ` (standard error ${fine(error)})` : '';
  const compared =
    Math.abs(difference) < 0.0005 ? 'equal' : `${fine(Math.abs(difference))} ${difference > 0 ? 'higher' : 'lower'}`;
  return `Checkpoint ${step}, ${what}, is ${compared} on the same ${pairs} prompts and seeds${spread}.`;
}

function copyingGrowth(after: CheckpointVerdict, named: CheckpointVerdict): string {
  if (after.memorisation === null || named.memorisation === null) return '';
  const growth = after.memorisation - named.memorisation;
  if (Math.abs(growth) < 0.0005) return '';
  return ` Its images are ${fine(Math.abs(growth))} ${growth > 0 ? 'closer to' : 'further from'} the training images.`;
}

/** A prompt this far below its own peak is worth a look: others may hide it in the mean. */
const belowPeak = 0.03;

/** Prompts that were better at another step, whose interval lies clear of this one's mean. */
function ofPrompts(named: CheckpointVerdict, perStep: readonly CheckpointVerdict[]): string[] {
  return Object.entries(named.perPrompt).flatMap(([prompt, score]) => {
    const peaks = perStep.filter(({ failed, perPrompt }) => failed === null && (perPrompt[prompt]?.n ?? 0) > 1);
    const peak = peaks.reduce<CheckpointVerdict | null>(
      (highest, one) => (highest && highest.perPrompt[prompt].mean >= one.perPrompt[prompt].mean ? highest : one),
      null,
    );
    if (!peak || peak === named || score.n === 0) return [];
    const behind = peak.perPrompt[prompt].mean - score.mean;
    if (behind < belowPeak || peak.perPrompt[prompt].low <= score.mean) return [];
    return [
      `For the prompt '${prompt}', checkpoint ${peak.step} is better: ${fine(peak.perPrompt[prompt].mean)} against ${fine(score.mean)}.`,
    ];
  });
}

const ofGuards = ({ perStep }: CheckpointChoice): string[] =>
  perStep.flatMap(({ step, failed }) => (failed === null ? [] : [`Checkpoint ${step} is ruled out: ${failed}.`]));

function scoresOf({ perStep }: CheckpointChoice): string[] {
  const scores = perStep.filter(({ identity }) => identity.n > 0).map((one) => `${one.step}: ${interval(one)}`);
  return scores.length === 0 ? [] : [`Scores: ${scores.join('; ')}.`];
}

const interval = ({ identity }: CheckpointVerdict): string =>
  hasInterval(identity)
    ? `${fine(identity.mean)} (95%: ${fine(identity.low)} to ${fine(identity.high)})`
    : `${fine(identity.mean)} (1 image)`;
const fine = (value: number): string => value.toFixed(3);
