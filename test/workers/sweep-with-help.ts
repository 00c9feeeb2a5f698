import type { CheckpointSaved } from '../../src/run/training-record.js';
import { setHandler } from '@temporalio/workflow';
import { resumeUpdate, statusQuery, sweepProgressSignal } from '../../src/workflows/messages.js';
import { Run } from '../../src/workflows/run.js';
import { statusOf } from '../../src/workflows/run-status.js';
import { SweepStage } from '../../src/workflows/stages/sweep.js';
import type { PipelineInput } from '../../src/run/messages.js';

export { checkpointSweep } from '../../src/workflows/checkpoint-sweep.js';

/** The sweep of a pipeline whose training has ended, with a person's help. */
export async function sweepWithHelp(
  input: PipelineInput,
  checkpoints: CheckpointSaved[],
): Promise<Run['record']['sweep']['sets']> {
  const run = new Run(input);
  setHandler(resumeUpdate, () => run.resume());
  setHandler(statusQuery, () => statusOf(run.record));
  setHandler(sweepProgressSignal, (progress) => run.record.noteScored(progress));
  const stage = new SweepStage(run, [], []);
  for (const saved of checkpoints) run.record.saves.note(saved);
  stage.trainingEnded();
  await stage.result();
  return run.record.sweep.sets;
}
