import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../src/run/activities.js';
import type { RenderBatchInput, RenderBatchResult } from '../../src/run/contracts.js';

export const maximumAttempts = 4;

/** A workflow that has one unit rendered, by whichever server takes it. */
export async function oneUnit(taskQueue: string, input: RenderBatchInput): Promise<RenderBatchResult> {
  const { renderBatch } = proxyActivities<Activities['render']>({
    taskQueue,
    startToCloseTimeout: '1 minute',
    heartbeatTimeout: '10 seconds',
    retry: { initialInterval: '100 milliseconds', backoffCoefficient: 1, maximumAttempts },
  });
  return await renderBatch(input);
}
