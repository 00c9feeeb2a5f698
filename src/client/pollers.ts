import type { Client } from '@temporalio/client';

/** Task queue types as Temporal numbers them. */
export const taskTypes = { workflow: 1, activity: 2 } as const;
/** A worker asks again after a minute at the latest; Temporal remembers one for five after it has gone. */
const seenWithinMs = 90_000;

export interface Poller {
  identity: string;
  /** Milliseconds since 1970 */
  seenAt: number;
}

/** Who asks a task queue for work. A worker that is busy with all it may do at once does not ask. */
export async function pollersOf(
  client: Client,
  taskQueue: string,
  taskQueueType: number = taskTypes.activity,
): Promise<Poller[]> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType,
  });
  return (pollers ?? [])
    .map(({ identity, lastAccessTime: at }) => {
      return { identity: identity ?? '', seenAt: Number(at?.seconds ?? 0) * 1000 + Number(at?.nanos ?? 0) / 1e6 };
    })
    .filter(({ seenAt }) => seenAt > Date.now() - seenWithinMs);
}
