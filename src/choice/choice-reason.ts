import { hasInterval } from '../run/checkpoint-record.js';
import { apart, atLeast, withoutMinusZero } from '../text/figures.js';
import type { CheckpointChoice, CheckpointVerdict } from './verdict.js';
import { styleNotes } from './style-words.js';
import { windowNotes } from './window-words.js';

/** The end of a reason, unless a person chooses nevertheless. */
export const noneChosen = 'No checkpoint is chosen.';

type Unexplained = Omit<CheckpointChoice, 'rule' | 'reason'>;

/** A few short sentences with the numbers: what is named (or why nothing is), and what else there is to know. */
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
    'not measurably better.'
  );
}

function aside(choice: Unexplained, chosen: CheckpointVerdict, threshold: number): string {
  const out = ruledOut(choice);
  const notes = [
    sureWords(choice, chosen),
    chosen.identity.mean < threshold && belowThreshold(chosen.identity.mean, threshold),
    ...windowNotes(choice),
    ...styleNotes(choice),
    out && `${out.charAt(0).toLowerCase()}${out.slice(1)}`.replace(/\.$/, ''),
  ].filter((note) => typeof note === 'string');
  const sentence = notes.join('; ');
  return sentence === '' ? '' : asSentence(sentence);
}

function belowThreshold(mean: number, threshold: number): string {
  const [own, limit] = apart(mean, threshold, 3);
  return `identity ${own} is below ${Number(limit)}, the face model's threshold for the same person`;
}

const sureWords = (choice: Unexplained, { step }: CheckpointVerdict): string | null => {
  const gain = sureGainWords(choice);
  return gain && `with 95% confidence, checkpoint ${step} is ${gain}`;
};

const sureGainWords = ({ sureGain }: Unexplained): string | null =>
  sureGain === null || Number(atLeast(sureGain)) <= 0 ? null : `at least ${atLeast(sureGain)} above no LoRA`;

function refusal(choice: Unexplained, best: CheckpointVerdict | null): string {
  const { ending, perStep } = choice;
  const top = best ? `the best, ${best.step}, has identity ${fixed(best.identity.mean)}` : '';
  switch (ending.kind) {
    case 'never-rises':
      return `No checkpoint is better than no LoRA: ${top}, ${above(ending.gain)} no LoRA.`;
    case 'cannot-tell':
      return (
        `No clear winner: ${top}, ${above(ending.gain)} no LoRA, but ${ending.pairs} pairs of images can't rule out ` +
        `chance. ${more(ending, perStep, 'whether the gain is real')}`
      );
    case 'tie': {
      const sound = perStep.filter(({ failed }) => failed === null);
      const means = sound.map(({ identity }) => identity.mean);
      // With many images even less than trainings waver by is measurable: then they are not equal, and no winner either.
      const isEqual = sound[0]?.step === choice.asGoodAsAny;
      return (
        `No clear winner: the ${means.length} checkpoints ` +
        `${isEqual ? 'are statistically equal' : 'differ no more than equally good ones do'} (identity ` +
        `${Math.min(...means).toFixed(3)} to ${Math.max(...means).toFixed(3)}). ` +
        more(ending, perStep, 'whether one is better')
      );
    }
    case 'too-few-pairs':
      return (
        `No clear winner: ${top}, but fewer than two pairs of images show a face both with and without the LoRA, so ` +
        'nothing can be compared; sweep more seeds or prompts.'
      );
    default:
      return `No checkpoint is usable${perStep.length === 0 ? ': none was scored' : ''}.`;
  }
}

function whatThen(choice: Unexplained): string {
  const { asGoodAsAny, perStep } = choice;
  const named = perStep.find(({ step }) => step === asGoodAsAny);
  if (!named) return noneChosen;
  const sure = sureGainWords(choice);
  const earliest = `Checkpoint ${named.step} is the earliest that is statistically as good as the best`;
  const first = sure === null ? earliest : `${earliest}; with 95% confidence it is ${sure}`;
  return [first, ...windowNotes(choice), ...styleNotes(choice)].map(asSentence).join(' ');
}

const asSentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;

function more(
  { pairs, pairsNeeded }: { pairs: number; pairsNeeded: number | null },
  perStep: readonly CheckpointVerdict[],
  what: string,
): string {
  if (pairsNeeded === null) return 'No realistic number of seeds would show a difference this small.';
  const prompts = Math.max(1, Object.keys(perStep[0]?.perPrompt ?? {}).length);
  const seeds = Math.max(1, Math.ceil((pairsNeeded - pairs) / prompts));
  return `About ${seeds} more ${seeds === 1 ? 'seed' : 'seeds'} per prompt would show ${what}.`;
}

function ruledOut({ perStep }: Unexplained): string | null {
  const failed = perStep.filter((verdict) => verdict.failed !== null);
  if (failed.length === 0) return null;
  const first = `Checkpoint ${failed[0].step} is ruled out because ${failed[0].failed}`;
  if (failed.length === 1) return `${first}.`;
  const others = failed.slice(1).map(({ step }) => step);
  return `${first}; also ruled out: ${others.join(', ')}.`;
}

/** The 95% interval in brackets; the third decimals stand in the explanation and the tables. */
const scoreWords = ({ identity }: CheckpointVerdict): string => {
  const { mean, low, high } = identity;
  const interval = hasInterval(identity) ? `${fixed(low)}${low < 0 ? ' to ' : '-'}${fixed(high)}` : '1 image';
  return `${fixed(mean)} (${interval})`;
};

const fixed = (value: number): string => withoutMinusZero(value, 2);
/** A small gain keeps the decimal that it consists of. */
const above = (value: number): string =>
  `${Math.abs(value).toFixed(Math.abs(value) < 0.01 ? 3 : 2)} ${value < 0 ? 'below' : 'above'}`;
