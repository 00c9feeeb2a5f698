import { setHandler } from '@temporalio/workflow';
import type { TrainLoraInput } from '../../src/run/contracts.js';
import { checkpointSavedSignal } from '../../src/workflows/messages.js';
import { activitiesOf } from '../../src/workflows/proxies.js';

/** Stage 05 alone, with a run's own timeouts and retries. */
export async function training(prefix: string, input: TrainLoraInput): Promise<unknown> {
  setHandler(checkpointSavedSignal, () => undefined);
  return await activitiesOf(prefix, input.family).train.trainLora(input);
}
