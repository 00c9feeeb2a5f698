import { ApplicationFailure } from '@temporalio/workflow';
import { strengthWords } from '../../run/checkpoint-record.js';
import type { Run } from '../run.js';
import type { ShownAgain } from '../../run/messages.js';
import { chooseByPerson } from './confirm.js';
import { editorialStage } from './editorial.js';
import { releaseLoras } from './loras.js';

/** A finished run with another checkpoint: nothing is made again but stage 06, and the report. */
export async function showAgain(run: Run, { record, step, strength, by = 'a person' }: ShownAgain): Promise<void> {
  const document = await run.withHelp('report', () => run.activities.pipeline.readRun(record));
  run.record.restore(document);
  chooseByPerson(run, step, strength);
  const chosen = `checkpoint ${step}${strengthWords(run.record.choice?.strength)}`;
  run.record.note('sweep', 'decision', `${by} chose ${chosen} after the run completed`);
  const found = run.record.checkpoints.find((checkpoint) => checkpoint.step === step);
  if (!found) throw ApplicationFailure.nonRetryable(`Step ${step} has no checkpoint.`, 'bad-input');
  await editorialStage(
    run,
    found,
    run.record.references.map(({ image }) => image),
  );
  await releaseLoras(run, '06-editorial');
}
