import type { SweepInput, SweepResult } from '../../src/run/sweep.js';
import { executeChild, setHandler } from '@temporalio/workflow';
import { sweepWorkflowIdOf } from '../../src/project/names.js';
import { checkpointSweep } from '../../src/workflows/checkpoint-sweep.js';
import { sweepProgressSignal } from '../../src/workflows/messages.js';

export { checkpointSweep };

/** In the pipeline's place: whom the sweep tells. */
export async function benchSweep(input: SweepInput): Promise<SweepResult> {
  setHandler(sweepProgressSignal, () => {});
  return await executeChild(checkpointSweep, { workflowId: sweepWorkflowIdOf(input.runId), args: [input] });
}
