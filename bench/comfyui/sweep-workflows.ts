import type { CheckpointSaved } from '../../src/run/training-record.js';
import type { SweepInput } from '../../src/run/sweep.js';
import { setHandler, startChild } from '@temporalio/workflow';
import { sweepWorkflowIdOf } from '../../src/project/names.js';
import { checkpointSweep } from '../../src/workflows/checkpoint-sweep.js';
import { sweepProgressSignal, trainingEndedSignal } from '../../src/workflows/messages.js';
import type { ArtifactRef } from '../../src/run/ref.js';

export { checkpointSweep };

/** In the pipeline's place: tells the sweep of all checkpoints at once. @returns the tables of what it scored of them */
export async function benchSweep(input: SweepInput, checkpoints: CheckpointSaved[]): Promise<ArtifactRef[]> {
  const tables = new Map<number, ArtifactRef>();
  setHandler(sweepProgressSignal, ({ step, table }) => {
    if (step !== null && table) tables.set(step, table);
  });
  const child = await startChild(checkpointSweep, { workflowId: sweepWorkflowIdOf(input.runId), args: [input] });
  await child.signal(trainingEndedSignal, { checkpoints });
  await child.result();
  return [...tables.values()];
}
