import { apart, atLeast, signed as signedFigure } from '../spec/figures.js';
import type { CheckpointChoice, CheckpointVerdict } from './verdict.js';

type Unexplained = Omit<CheckpointChoice, 'rule' | 'reason'>;

/** Two sentences of plain words with the numbers: what is named (or why nothing is), and what else there is to know. */
export function explainChoice(choice: Unexplained, threshold = 0.37): string {
  const best = choice.perStep.find(({ step }) => step === choice.best) ?? null;
  const chosen = choice.perStep.find(({ step }) => step === choice.step) ?? null;
  if (chosen && best) return `${named(chosen, best)} ${aside(choice, chosen, threshold)}`;
  return `${refusal(choice, best)} ${ruledOut(choice) ?? whatThen(choice)}`;
}

function named(chosen: CheckpointVerdict, best: CheckpointVerdict): string {
  const score = `identity ${fixed(chosen.identity.mean)} (${fixed(chosen.identity.low)} to ${fixed(chosen.identity.high)})`;
  const gain = chosen.gain ? `, ${signed(chosen.gain.mean)} over the same pictures without LoRA` : '';
  if (chosen === best) return `Step ${chosen.step} has the highest identity: ${score}${gain}.`;
  const behind = chosen.behindBest ?? 0;
  const compared =
    behind >= 0.0005
      ? `${fixed(behind)} more, which the pictures cannot tell from none`
      : 'no more on the same prompts and seeds';
  return (
    `Step ${chosen.step} is the earliest that the pictures cannot tell from the best: ${score}${gain}; step ` +
    `${best.step} has ${compared}.`
  );
}

function aside(choice: Unexplained, chosen: CheckpointVerdict, threshold: number): string {
  const notes: string[] = [];
  if (chosen.identity.mean < threshold) notes.push(belowThreshold(chosen.identity.mean, threshold));
  const out = ruledOut(choice);
  if (out) notes.push(`${out.charAt(0).toLowerCase()}${out.slice(1)}`.replace(/\.$/, ''));
  const sure =
    choice.ending.kind === 'winner'
      ? `identity rises at least ${atLeast(choice.ending.sureGain)} above the pictures without LoRA, with 95 % confidence`
      : '';
  const sentence = [sure, ...notes].filter(Boolean).join('; ');
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}

function belowThreshold(mean: number, threshold: number): string {
  const [own, limit] = apart(mean, threshold, 3);
  return `even so, ${own} is below ${Number(limit)}, and a viewer may not take the pictures for the same person`;
}

function refusal({ ending, perStep }: Unexplained, best: CheckpointVerdict | null): string {
  const top = best ? `the best, step ${best.step}, has ${fixed(best.identity.mean)}` : '';
  switch (ending.kind) {
    case 'never-rises':
      return `Identity never rises above the pictures without LoRA: ${top}, ${signed(ending.gain)} against them.`;
    case 'cannot-tell':
      return (
        `No clear winner: ${top}, ${signed(ending.gain)} over the pictures without LoRA, but chance alone could do ` +
        `that in ${ending.pairs} pairs of pictures${more(ending, perStep, 'whether it is real')}.`
      );
    case 'tie': {
      const means = perStep.filter(({ failed }) => failed === null).map(({ identity }) => identity.mean);
      return (
        `No clear winner: nothing separates the ${means.length} checkpoints (identity ${fixed(Math.min(...means))} to ` +
        `${fixed(Math.max(...means))}, and equals would differ as much in ${Math.round(100 * ending.chance)} of 100 ` +
        `sweeps), all at least ${atLeast(ending.sureGain)} above the pictures without LoRA` +
        `${more(ending, perStep, 'whether one is better')}.`
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

const whatThen = ({ asGoodAsAny }: Unexplained): string =>
  asGoodAsAny === null
    ? 'No checkpoint is named.'
    : `The earliest, step ${asGoodAsAny}, is as good as any and has trained least.`;

function more(
  { pairs, pairsNeeded }: { pairs: number; pairsNeeded: number | null },
  perStep: readonly CheckpointVerdict[],
  what: string,
): string {
  if (pairsNeeded === null) return '; the difference is too small to be shown by any sensible number of seeds';
  const prompts = Math.max(1, Object.keys(perStep[0]?.perPrompt ?? {}).length);
  const seeds = Math.max(1, Math.ceil((pairsNeeded - pairs) / prompts));
  return `; about ${seeds} more ${seeds === 1 ? 'seed' : 'seeds'} a prompt would show ${what}`;
}

function ruledOut({ perStep }: Unexplained): string | null {
  const failed = perStep.filter((verdict) => verdict.failed !== null);
  if (failed.length === 0) return null;
  const first = `Step ${failed[0].step} is ruled out because ${failed[0].failed}`;
  if (failed.length === 1) return `${first}.`;
  const others = failed.slice(1).map(({ step }) => step);
  return `${first}; likewise ruled out: ${others.join(', ')}.`;
}

/** Three digits, as in the tables beside it. */
const fixed = (value: number): string => value.toFixed(3);
const signed = (value: number): string => signedFigure(value, 3);
