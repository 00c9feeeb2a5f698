import { proxyActivities } from '@temporalio/workflow';

/** Has each of these fail once, and waits for the next attempt. */
export async function failing(names: string[]): Promise<void> {
  const { fail } = proxyActivities<{ fail(name: string): Promise<void> }>({
    startToCloseTimeout: '1 minute',
    retry: { initialInterval: '1 day' },
  });
  await Promise.all(names.map(fail));
}
