import { type CheckpointRecord, strengthWords } from '../run/checkpoint-record.js';
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  setHandler,
  TemporalFailure,
} from '@temporalio/workflow';
import { hasChange } from './changes.js';
import {
  approveUpdate,
  cancelledBySignal,
  checkpointSavedSignal,
  chooseCheckpointUpdate,
  curveQuery,
  rejectUpdate,
  reportDataQuery,
  resumeUpdate,
  statusQuery,
  stopTrainingUpdate,
  sweepProgressSignal,
} from './messages.js';
import { keepRun } from './keep-run.js';
import { Run } from './run.js';
import { reportOf } from './run-report.js';
import { statusOf } from './run-status.js';
import { showAgain } from './stages/again.js';
import { auditStage } from './stages/audit.js';
import { recordSweep } from './stages/choice.js';
import { editorialStage } from './stages/editorial.js';
import { noteRelease, releaseLoras } from './stages/loras.js';
import { SweepStage } from './stages/sweep.js';
import { trainingStage } from './stages/training.js';
import { confirmCheckpoint } from './stages/confirm.js';
import { fromAnchor, fromOwnImages } from './stages/dataset.js';
import type { PipelineInput, PipelineResult } from '../run/messages.js';
import { tell } from './telling.js';
import { approveValidator, chooseValidator, rejectValidator, resumeValidator, stopValidator } from './validators.js';

/**
 * One face in, a proven LoRA out: six stages and the sweep, stopped by nothing but a person.
 *
 * It is `running`; at a gate it is `waiting` for a decision, and where retries can't cure a failure it is `needs-help`
 * until somebody resumes it. Anchor, canonical and views come one after the other (own images stand in for them), then
 * training and the sweep side by side, then the choice, the editorial images and the report. It ends `completed` once
 * the report is written, `cancelled` when the trainer has saved and the sweep has stopped, or `failed`, which a run of
 * Temporal's own kind of failure alone does. Wherever it stops or ends, its record goes to the store.
 */
export async function pipeline(input: PipelineInput): Promise<PipelineResult> {
  const run = new Run(input);
  listen(run);
  try {
    await (input.again ? showAgain(run, input.again) : go(run));
    return await finish(run);
  } catch (error) {
    if (!isCancellation(error)) {
      await noteFailure(run, error);
      throw error;
    }
    run.record.endAs('cancelled');
    run.show();
    // Of a finished run that was to be shown anew the store keeps the finished one.
    if (!input.again) await keepRun(run);
    await noteReleases(run);
    throw error;
  }
}

/** Anything but a failure of Temporal's own kind is a bug, which a corrected version of AZIT goes on from. */
async function noteFailure(run: Run, error: unknown): Promise<void> {
  if (!(error instanceof TemporalFailure) || !hasChange('keep-run')) return;
  run.record.endAs('failed');
  run.show();
  await keepRun(run);
  await tell(run.record, 'failed', `It failed: ${rootCause(error)}`);
}

const rootCause = (error: Error): string => (error.cause instanceof Error ? error.cause.message : error.message);

/** Of a cancelled run nothing is needed any more. */
async function noteReleases(run: Run): Promise<void> {
  if (run.record.saves.byStep.size === 0) return;
  const phases = ['sweep', '06-editorial'] as const;
  await CancellationScope.nonCancellable(() => Promise.allSettled(phases.map((phase) => noteRelease(run, phase))));
}

function listen(run: Run): void {
  const { record } = run;
  CancellationScope.current().cancelRequested.catch(() => record.noteCancel());
  setHandler(cancelledBySignal, (input) => record.noteCanceller(input?.by));
  setHandler(statusQuery, () => statusOf(record));
  setHandler(reportDataQuery, () => reportOf(record));
  setHandler(curveQuery, () =>
    [...record.sweep.scored.values()].flatMap(({ step, identity }) =>
      step !== null && identity ? [{ step, ...identity }] : [],
    ),
  );
  setHandler(checkpointSavedSignal, (...saved) => {
    for (const checkpoint of saved) record.saves.note(checkpoint);
    run.show();
  });
  setHandler(sweepProgressSignal, (...told) => run.noteSwept(told));
  // Updates, not signals: whoever decides is told at once when there is nothing to decide.
  setHandler(approveUpdate, (input) => run.approve(input), { validator: (input) => approveValidator(record, input) });
  setHandler(rejectUpdate, (input) => run.reject(input), { validator: (input) => rejectValidator(record, input) });
  setHandler(resumeUpdate, (input) => run.resume(input), {
    validator: (input) => resumeValidator(record, input),
  });
  setHandler(stopTrainingUpdate, (input) => record.saves.stopByPerson(input?.by), {
    validator: (input) => stopValidator(record, input),
  });
  setHandler(chooseCheckpointUpdate, (input) => run.choose(input), {
    validator: (input) => chooseValidator(record, input),
  });
}

async function go(run: Run): Promise<void> {
  const dataset = run.input.datasetImages ? await fromOwnImages(run) : await fromAnchor(run);
  if (hasChange('fusion-audit')) await auditStage(run, dataset.audited);
  run.record.references = dataset.references;
  const references = dataset.references.map(({ image }) => image);
  const sweep = new SweepStage(
    run,
    references,
    dataset.training.map(({ image }) => image),
  );
  const training = trainingStage(run, dataset).then(() => sweep.trainingEnded());
  const [, swept] = await untilBothEnd(training, sweep.result());
  // Of images that others had rendered no LoRA was brought to a server.
  const sweepTidied = swept.told ? null : releaseLoras(run, 'sweep');
  await recordSweep(run, swept);
  run.show();
  const chosen = await decideCheckpoint(run);
  const isReused = chosen && (await editorialStage(run, chosen, references));
  if (!chosen) run.record.end('06-editorial', 'skipped', 'no checkpoint was chosen, so there is nothing to render');
  await Promise.all([sweepTidied, chosen && !isReused && releaseLoras(run, '06-editorial')]);
}

/** The sweep ends at once where the run is cancelled; the trainer saves first, and tells of it: the run waits for that. */
async function untilBothEnd<A, B>(training: Promise<A>, sweep: Promise<B>): Promise<[A, B]> {
  try {
    return await Promise.all([training, sweep]);
  } catch (error) {
    if (isCancellation(error)) await Promise.allSettled([training, sweep]);
    throw error;
  }
}

/** The rule's choice, or a person's: at the gate, or by `chooseCheckpoint` at any time before. */
async function decideCheckpoint(run: Run): Promise<CheckpointRecord | null> {
  await confirmCheckpoint(run);
  const { step = null, asGoodAsAny = null, strength } = run.record.choice ?? {};
  run.record.note('sweep', 'decision', decisionWords(step, asGoodAsAny) + strengthWords(strength));
  return run.record.checkpoints.find((checkpoint) => checkpoint.step === (step ?? asGoodAsAny)) ?? null;
}

function decisionWords(step: number | null, asGoodAsAny: number | null): string {
  if (step !== null) return `checkpoint ${step} chosen`;
  if (asGoodAsAny === null) return 'no checkpoint chosen';
  return `no clear winner; the last stage uses the earliest checkpoint that is as good as the best, ${asGoodAsAny}`;
}

/** The report says `completed` before the run does: a run without its report is not complete. */
async function finish(run: Run): Promise<PipelineResult> {
  const { record, input } = run;
  const finishedAt = new Date().toISOString();
  record.note('run', 'end', 'completed');
  const data = reportOf(record);
  const completed = { ...data, run: { ...data.run, state: 'completed' as const, finishedAt } };
  const written = await run.withHelp('report', () =>
    run.activities.reporting.writeReport.executeWithOptions({ summary: 'write the report' }, [completed]),
  );
  Object.assign(record, { state: 'completed', finishedAt });
  run.show();
  await condition(allHandlersFinished);
  const chosen = record.checkpoints.find(({ step }) => step === record.choice?.step);
  const result: PipelineResult = {
    runId: input.runId,
    state: 'completed',
    chosenStep: chosen?.step ?? null,
    ...(record.choice?.strength === undefined ? {} : { chosenStrength: chosen ? record.choice.strength : null }),
    chosenLora: chosen?.lora ?? null,
    report: written.report,
    reportFiles: written.manifest,
  };
  await keepRun(run, result);
  await tell(record, 'done', record.choice?.reason ?? 'It completed.');
  return result;
}
