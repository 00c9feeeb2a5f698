import type { Picture } from '../../run/record.js';
import type { StageId } from '../../project/names.js';
import { noneChosen } from '../../choice/choice-reason.js';
import { atStrength, strengthWords } from '../../run/checkpoint-record.js';
import type { Run } from '../run.js';

interface Offered {
  name: string;
  /** What a person calls it, where that is another. */
  title?: string;
  picture: Picture;
}

/** What a person said of the dataset; `rejected`: why none of it is taken. */
export interface DatasetWord<T extends Offered> {
  kept: T[];
  leftOut: T[];
  rejected: string | null;
}

/** The gate `dataset`: a person may leave images out. One record: what is trained, held out and reported is `kept`. */
export async function confirmDataset<T extends Offered>(
  run: Run,
  offered: T[],
  stage: StageId,
): Promise<DatasetWord<T>> {
  if (!run.wants('dataset')) return { kept: offered, leftOut: [], rejected: null };
  const options = offered.map(({ picture, name, title = name }, index) => {
    return { index, image: picture.image, identity: picture.measured?.identity ?? null, name: title };
  });
  const text = `review the ${offered.length} images of the dataset; approve accepts all, --drop N leaves some out`;
  const decision = await run.ask({ gate: 'dataset', text, options }, stage);
  if (decision.kind !== 'approved') {
    return { kept: [], leftOut: [], rejected: decision.kind === 'rejected' ? decision.reason : 'another choice' };
  }
  const { picks, drops } = decision;
  const isLeft = (_: T, index: number): boolean => (picks ? picks.includes(index) : !drops?.includes(index));
  const kept = offered.filter(isLeft);
  return { kept, leftOut: offered.filter((one) => !kept.includes(one)), rejected: null };
}

/** The gate `checkpoint`, and the person's word over the rule's wherever it was given. */
export async function confirmCheckpoint(run: Run): Promise<void> {
  const { record } = run;
  if (record.chosenStep !== null && !record.checkpoints.some(({ step }) => step === record.chosenStep)) {
    record.note('sweep', 'decision', `a person chose step ${record.chosenStep}, but it has no checkpoint`);
    record.chosenStep = null;
  }
  if (run.wants('checkpoint') && record.chosenStep === null) {
    const byRule = record.choice?.step ?? null;
    const options = record.firsts.map(({ step, strength, image, identity }, index) => {
      const at = strength === undefined ? {} : { strength };
      const name = `step ${step}${strengthWords(strength)}`;
      return { index, image, identity, name, step, ...at, proposed: step === byRule };
    });
    const advised = `${byRule}${strengthWords(record.choice?.strength)}`;
    const text =
      byRule === null
        ? 'choose the checkpoint; the rule chooses none; approve ends without a choice, choose takes one'
        : `choose the checkpoint; the rule chooses ${advised}; approve accepts it, choose takes another`;
    const decision = await run.ask({ gate: 'checkpoint', text, options }, '05-training');
    if (decision.kind === 'rejected') setChoice(run, null, `A person rejected every checkpoint: ${decision.reason}.`);
    else if (decision.kind === 'approved' && decision.picks)
      record.chosenStep = record.firsts[decision.picks[0]]?.step ?? null;
  }
  if (record.chosenStep !== null) chooseByPerson(run, record.chosenStep, record.chosenStrength ?? undefined);
}

/** A person's choice is told as a person's, with the rule's own word beside it. @param at of several strengths; default: the rule's */
export function chooseByPerson(run: Run, step: number, at?: number): void {
  const { choice } = run.record;
  // A person may have chosen before: the rule's own word is then the advice.
  const { step: byRule = null, strength: advised } = choice?.advice ?? choice ?? {};
  const strength = at ?? advised;
  const isSame = byRule === step && advised === strength;
  const other = byRule === null ? 'none' : `${byRule}${strengthWords(advised)}`;
  const beside = isSame ? ', the same as the rule' : `; the rule chooses ${other}`;
  setChoice(run, step, `A person chose step ${step}${strengthWords(strength)}${beside}.`, strength);
}

function setChoice(run: Run, step: number | null, sentence: string, strength = run.record.choice?.strength): void {
  const { choice, checkpoints, guardAnchor } = run.record;
  if (!choice) return;
  const { step: byRule, strength: advised, reason } = choice;
  const advice = choice.advice ?? { step: byRule, ...(advised === undefined ? {} : { strength: advised }), reason };
  run.record.checkpoints = checkpoints.map((checkpoint) => atStrength(checkpoint, strength));
  run.record.guardAnchor = guardAnchor && atStrength(guardAnchor, strength);
  run.record.choice = {
    ...choice,
    step,
    ...(strength === undefined ? {} : { strength }),
    asGoodAsAny: null,
    reason: `${sentence} ${step === null ? advice.reason : advice.reason.replace(noneChosen, '').trimEnd()}`,
    by: 'person',
    advice,
  };
}
