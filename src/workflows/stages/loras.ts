import { workflowInfo } from '@temporalio/workflow';
import type { Run } from '../run.js';

/** What needs LoRAs on the render servers, and stops needing them at another time. */
export type LoraPhase = 'sweep' | '06-editorial';

/** Of this very run: the same id started again needs them again. */
export const loraUserOf = (run: Run, phase: LoraPhase): string => `${run.input.runId}/${phase}/${workflowInfo().runId}`;

/**
 * Tells all render workers that a phase needs its LoRAs no more, and asks one to tidy its server at once; the others do
 * within minutes. Never throws and never takes long: a run must not fail over a full disk that is not its own.
 */
export async function releaseLoras(run: Run, phase: LoraPhase): Promise<void> {
  try {
    await noteRelease(run, phase);
    await run.activities.tidying.tidyLoras.executeWithOptions({ summary: `remove the LoRAs of ${phase}` }, []);
  } catch {
    // Removed by the workers themselves, after a day at the latest.
  }
}

/** For a run that is cancelled: workers tidy when they next look. */
export async function noteRelease(run: Run, phase: LoraPhase): Promise<void> {
  await run.activities.releasing.releaseLoras.executeWithOptions({ summary: `release the LoRAs of ${phase}` }, [
    { user: loraUserOf(run, phase) },
  ]);
}
