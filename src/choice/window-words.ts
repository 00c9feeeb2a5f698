import { isAsGood } from './pairs.js';
import type { CheckpointChoice } from './verdict.js';

type Open = Pick<CheckpointChoice, 'stillRises' | 'start' | 'guardAnchor' | 'perStep'>;

/** Of the reason: what a wider sweep would show. */
export const windowNotes = (choice: Open): string[] => [
  ...(choice.stillRises ? ['identity was still rising at the last step, so train longer'] : []),
  ...(choice.start ? [`${atStart(choice)}, so sweep earlier steps too`] : []),
];

function atStart({ start, perStep }: Open): string {
  const [{ step }] = perStep;
  return start === 'falls'
    ? `identity falls from the first swept step, ${step}, on`
    : `identity is already flat at the first swept step, ${step}`;
}

/** Of the explanation, a sentence each. @param named its row */
export function windowSentences({ stillRises, guardAnchor, perStep }: Open, named: number): string[] {
  const before = named === 0 ? beforeFirst(guardAnchor, perStep[0].step) : null;
  return [
    ...(stillRises ? ['Identity was still rising at the last step: train longer, or sweep later steps.'] : []),
    ...(before ? [before] : []),
  ];
}

/** Whether an earlier one would do as well as the first, as far as the checkpoint before the sweep tells. */
export function beforeFirst(guardAnchor: Open['guardAnchor'], first: number): string | null {
  if (!guardAnchor?.behindNamed || guardAnchor.behindNamed.pairs < 2) return null;
  const { step, behindNamed } = guardAnchor;
  const by = `${Math.abs(behindNamed.difference).toFixed(3)} ${behindNamed.difference < 0 ? 'ahead of' : 'behind'} it`;
  const what = `Checkpoint ${step}, swept only to check for memorisation and not a candidate, is ${by} on the same ${behindNamed.pairs} prompts and seeds`;
  return isAsGood(behindNamed)
    ? `${what}: statistically as good, so sweep from there on.`
    : `${what}: sweep steps between ${step} and ${first} to see whether an earlier one would do as well.`;
}
