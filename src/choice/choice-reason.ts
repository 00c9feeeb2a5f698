import { apart, atLeast, signed as signedFigure } from '../text/figures.js';
import type { CheckpointChoice, CheckpointVerdict } from './verdict.js';

type Unexplained = Omit<CheckpointChoice, 'rule' | 'reason'>;

/** Two sentences of plain words with the numbers: what is named (or why nothing is), and what else there is to know. */
export function explainChoice(choice: Unexplained, threshold = 0.37): string {
  const best = choice.perStep.find(({ step }) => step === choice.best) ?? null;
  const chosen = choice.perStep.find(({ step }) => step === choice.step) ?? null;
  if (chosen && best) return `${named(chosen, best)} ${aside(choice, chosen, threshold)}`.trim();
  return `${refusal(choice, best)} ${choice.asGoodAsAny === null ? (ruledOut(choice) ?? whatThen(choice)) : whatThen(choice)}`;
}

function named(chosen: CheckpointVerdict, best: CheckpointVerdict): string {
  const gain = chosen.gain ? `, ${above(chosen.gain.mean)} no LoRA` : '';
  const score = `${scoreWords(chosen)}${gain}`;
  if (chosen === best) return `Checkpoint ${chosen.step} has the highest identity: ${score}.`;
  return (
    `Earliest checkpoint that is statistically as good as the best: ${chosen.step}, identity ${score}; the best, ${best.step}, is ` +
    `not measurably better (${fixed(best.aheadOfNamed?.difference ?? 0)} ahead${errorWords(best)}).`
  );
}

/** Below two pairs the spread is not known. */
const errorWords = ({ aheadOfNamed }: CheckpointVerdict): string =>
  Number.isFinite(aheadOfNamed?.error) ? `, standard error ${fixed(aheadOfNamed?.error ?? 0)}` : '';

function aside(choice: Unexplained, chosen: CheckpointVerdict, threshold: number): string {
  const out = ruledOut(choice);
  const notes = [
    sureWords(choice, chosen),
    chosen.identity.mean < threshold && belowThreshold(chosen.identity.mean, threshold),
    choice.stillRises && 'identity was still rising at the last step, so train longer',
    out && `${out.charAt(0).toLowerCase()}${out.slice(1)}`.replace(/\.$/, ''),
  ].filter((note) => typeof note === 'string');
  const sentence = notes.join('; ');
  return sentence === '' ? '' : `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}

function belowThreshold(mean: number, threshold: number): string {
  const [own, limit] = apart(mean, threshold, 3);
  return `${own} is below ${Number(limit)}, and a viewer may not take the images for the same person`;
}

function sureWords({ sureGain }: Unexplained, { step }: CheckpointVerdict): string | null {
  if (sureGain === null || sureGain <= 0) return null;
  return `with 95 % confidence, checkpoint ${step} is at least ${atLeast(sureGain)} above no LoRA`;
}

function refusal(choice: Unexplained, best: CheckpointVerdict | null): string {
  const { ending, perStep } = choice;
  const top = best ? `the best, ${best.step}, has ${fixed(best.identity.mean)}` : '';
  switch (ending.kind) {
    case 'never-rises':
      return `Identity never rises above the images without LoRA: ${top}, ${signed(ending.gain)} against them.`;
    case 'cannot-tell':
      return (
        `No clear winner: ${top}, ${signed(ending.gain)} over the images without LoRA, but chance alone could do ` +
        `that in ${ending.pairs} pairs of images${more(ending, perStep, 'whether it is real')}.`
      );
    case 'tie': {
      const means = perStep.filter(({ failed }) => failed === null).map(({ identity }) => identity.mean);
      return (
        `No clear winner: nothing separates the ${means.length} checkpoints (identity ${fixed(Math.min(...means))} to ` +
        `${fixed(Math.max(...means))}; equals would differ as much in ${Math.round(100 * ending.chance)} of 100 ` +
        `sweeps${more(ending, perStep, 'whether one is better')}).`
      );
    }
    case 'too-few-pairs':
      return (
        `No clear winner: ${top}, but fewer than 2 prompts and seeds show a face both with and without LoRA, so ` +
        'nothing can be compared.'
      );
    default:
      return `No checkpoint can be used${perStep.length === 0 ? ': none was scored' : ''}.`;
  }
}

function whatThen(choice: Unexplained): string {
  const { asGoodAsAny, perStep } = choice;
  const named = perStep.find(({ step }) => step === asGoodAsAny);
  if (!named) return 'No checkpoint is named.';
  const sure = sureWords(choice, named);
  return `Checkpoint ${named.step} is the earliest that is as good as the best${sure ? `; ${sure}` : ''}.`;
}

function more(
  { pairs, pairsNeeded }: { pairs: number; pairsNeeded: number | null },
  perStep: readonly CheckpointVerdict[],
  what: string,
): string {
  if (pairsNeeded === null) return '; no sensible number of seeds would show a difference this small';
  const prompts = Math.max(1, Object.keys(perStep[0]?.perPrompt ?? {}).length);
  const seeds = Math.max(1, Math.ceil((pairsNeeded - pairs) / prompts));
  return `; about ${seeds} more ${seeds === 1 ? 'seed' : 'seeds'} a prompt would show ${what}`;
}

function ruledOut({ perStep }: Unexplained): string | null {
  const failed = perStep.filter((verdict) => verdict.failed !== null);
  if (failed.length === 0) return null;
  const first = `Checkpoint ${failed[0].step} is ruled out because ${failed[0].failed}`;
  if (failed.length === 1) return `${first}.`;
  const others = failed.slice(1).map(({ step }) => step);
  return `${first}; likewise ruled out: ${others.join(', ')}.`;
}

const scoreWords = ({ identity: { mean, low, high } }: CheckpointVerdict): string =>
  `${fixed(mean)} (95 %: ${fixed(low)} to ${fixed(high)})`;

const fixed = (value: number): string => value.toFixed(3);
const signed = (value: number): string => signedFigure(value, 3);
const above = (value: number): string => `${fixed(Math.abs(value))} ${value < 0 ? 'below' : 'above'}`;
