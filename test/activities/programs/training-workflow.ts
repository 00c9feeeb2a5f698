import { proxyActivities, setHandler } from '@temporalio/workflow';
import type { Activities } from '../../../src/run/activities.js';
import type { TrainLoraInput, TrainLoraResult } from '../../../src/run/contracts.js';
import { taskQueueOf } from '../../../src/project/names.js';
import { checkpointSavedSignal } from '../../../src/workflows/messages.js';

/** Stage 05 alone, with a shorter heartbeat timeout than a run's, and news that cost what they cost there. */
export async function trainingOnly(prefix: string, input: TrainLoraInput): Promise<TrainLoraResult> {
  setHandler(checkpointSavedSignal, () => undefined);
  const { trainLora } = proxyActivities<Activities['train']>({
    taskQueue: taskQueueOf(prefix, 'train', input.family),
    startToCloseTimeout: '10 minutes',
    heartbeatTimeout: '6 seconds',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry: { initialInterval: '1 second', backoffCoefficient: 1, maximumAttempts: 1000 },
  });
  return await trainLora(input);
}
