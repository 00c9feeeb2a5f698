import type { Connection } from '@temporalio/client';

/** Of finished runs in the dev server's database, which keeps them for a day by itself: they cost some 100 KB each. */
const retentionSeconds = 100 * 365 * 24 * 60 * 60;

/** Where the server does not let us, runs are read from the store once it has forgotten them. */
export async function keepFinishedRuns({ workflowService }: Connection, namespace: string): Promise<void> {
  try {
    const { config } = await workflowService.describeNamespace({ namespace });
    if (Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) >= retentionSeconds) return;
    const workflowExecutionRetentionTtl = { seconds: retentionSeconds } as never;
    await workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl } });
  } catch {
    // See above.
  }
}
