import type { Run } from '../run.js';
import type { KeptView } from './views.js';

/** The gate `dataset`: a person may leave pictures out. @returns null where all were rejected: they are made again. */
export async function confirmDataset(run: Run, kept: KeptView[]): Promise<KeptView[] | null> {
  if (!run.wants('dataset')) return kept;
  const options = kept.map(({ picture }, index) => {
    return { index, image: picture.image, identity: picture.measured?.identity ?? null };
  });
  const text = `look through the ${kept.length} pictures of the dataset: approve takes all, or say which to keep`;
  const decision = await run.ask({ gate: 'dataset', text, options }, '04-views-ii');
  if (decision.kind === 'rejected') return null;
  const picks = new Set(decision.picks ?? kept.keys());
  return kept.filter((_, index) => picks.has(index));
}

/** The gate `checkpoint`, and the person's word over the rule's wherever it was given. */
export async function confirmCheckpoint(run: Run): Promise<void> {
  const { record } = run;
  if (run.wants('checkpoint') && run.chosenStep === null) {
    const options = record.firsts.map(({ image, identity }, index) => ({ index, image, identity }));
    const text = `choose the checkpoint: the rule says ${record.choice?.step ?? 'none'}; approve takes that, choose names another`;
    const decision = await run.ask({ gate: 'checkpoint', text, options }, '05-training');
    if (decision.kind === 'rejected') setChoice(run, null, `A person rejected them all: ${decision.reason}.`);
    else if (decision.picks) run.chosenStep = record.checkpoints[decision.picks[0]]?.step ?? null;
  }
  if (run.chosenStep === null) return;
  const byRule = record.choice?.step;
  setChoice(run, run.chosenStep, `A person chose step ${run.chosenStep}; the rule says ${byRule ?? 'none'}.`);
}

function setChoice(run: Run, step: number | null, sentence: string): void {
  const { choice } = run.record;
  if (choice)
    run.record.choice = { ...choice, step, asGoodAsAny: null, reason: `${sentence} ${choice.reason}`, by: 'person' };
}
