import type { CheckpointSaved } from '../../src/run/record.js';
import type { SweepResult } from '../../src/run/sweep.js';
import { setHandler } from '@temporalio/workflow';
import { resumeUpdate, statusQuery, sweepProgressSignal } from '../../src/workflows/messages.js';
import { Run } from '../../src/workflows/run.js';
import { SweepStage } from '../../src/workflows/stages/sweep.js';
import type { PipelineInput } from '../../src/run/messages.js';

export { checkpointSweep } from '../../src/workflows/checkpoint-sweep.js';

/** The sweep of a pipeline whose training has ended, with a person's help. */
export async function sweepWithHelp(input: PipelineInput, checkpoints: CheckpointSaved[]): Promise<SweepResult> {
  const run = new Run(input);
  setHandler(resumeUpdate, () => run.resume());
  setHandler(statusQuery, () => run.record.status());
  setHandler(sweepProgressSignal, () => {});
  const stage = new SweepStage(run, [], []);
  await stage.trainingEnded(checkpoints);
  return await stage.result();
}
