import { executeChild, setHandler } from '@temporalio/workflow';
import { sweepWorkflowIdOf } from '../../src/spec/names.js';
import { checkpointSweep } from '../../src/workflows/checkpoint-sweep.js';
import { sweepProgressSignal } from '../../src/workflows/messages.js';
import type { SweepInput, SweepResult } from '../../src/workflows/types.js';

export { checkpointSweep };

/** In the pipeline's place: whom the sweep tells. */
export async function benchSweep(input: SweepInput): Promise<SweepResult> {
  setHandler(sweepProgressSignal, () => {});
  return await executeChild(checkpointSweep, { workflowId: sweepWorkflowIdOf(input.runId), args: [input] });
}
