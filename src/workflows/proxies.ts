import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../run/activities.js';
import { taskQueueOf } from '../project/names.js';

const retry = { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds' } as const;
const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;

/**
 * The activities of each role, on the role's task queue. A worker beats every second, so 10 seconds of silence mean
 * that it died; a longer time only delays the next attempt. Attempts are bounded so that what retries can't cure
 * reaches a person. A worker whose server is gone stops polling, so that its unit waits for another without an attempt.
 */
export function activitiesOf(prefix: string, family: string) {
  const heartbeatTimeout = '10 seconds';
  const rendering = (served: string) =>
    proxyActivities<Activities['render']>({
      taskQueue: taskQueueOf(prefix, 'render', served),
      startToCloseTimeout: '6 hours',
      heartbeatTimeout,
      cancellationType,
      retry: { ...retry, maximumAttempts: 20 },
    });
  return {
    pipeline: proxyActivities<Activities['pipeline']>({
      taskQueue: taskQueueOf(prefix, 'pipeline', family),
      startToCloseTimeout: '10 minutes',
      retry: { ...retry, maximumAttempts: 10 },
    }),
    // Of 25,600 images it takes hours; what it makes at the end, some 100 MB of text, holds a beat up for seconds.
    reporting: proxyActivities<Pick<Activities['pipeline'], 'writeReport'>>({
      taskQueue: taskQueueOf(prefix, 'pipeline', family),
      startToCloseTimeout: '12 hours',
      heartbeatTimeout: '1 minute',
      retry: { ...retry, maximumAttempts: 10 },
    }),
    render: rendering(family),
    /** On the queue of an editor. */
    rendering,
    // Nothing waits for it long.
    keeping: proxyActivities<Pick<Activities['pipeline'], 'keepRun'>>({
      taskQueue: taskQueueOf(prefix, 'pipeline', family),
      startToCloseTimeout: '30 seconds',
      scheduleToCloseTimeout: '2 minutes',
    }),
    // Housekeeping: nothing waits for it long.
    releasing: proxyActivities<Pick<Activities['pipeline'], 'releaseLoras'>>({
      taskQueue: taskQueueOf(prefix, 'pipeline', family),
      scheduleToCloseTimeout: '20 seconds',
    }),
    tidying: proxyActivities<Pick<Activities['render'], 'tidyLoras'>>({
      taskQueue: taskQueueOf(prefix, 'render', family),
      scheduleToCloseTimeout: '20 seconds',
      retry: { maximumAttempts: 2 },
    }),
    identity: proxyActivities<Activities['identity']>({
      taskQueue: taskQueueOf(prefix, 'identity', family),
      startToCloseTimeout: '1 hour',
      heartbeatTimeout,
      cancellationType,
      retry: { ...retry, maximumAttempts: 20 },
    }),
    // A short cut: where it fails, the unit is rendered and scored as any other.
    reusing: proxyActivities<Pick<Activities['identity'], 'reuseUnits'>>({
      taskQueue: taskQueueOf(prefix, 'identity', family),
      startToCloseTimeout: '1 hour',
      heartbeatTimeout,
      cancellationType,
      retry: { maximumAttempts: 1 },
    }),
    // A run of hours, on a box that may be taken away many times: a second after each time it goes on. The activity
    // itself waits longer, and gives up, when attempts bring nothing; the bound is for a worker that never gets so far.
    train: proxyActivities<Activities['train']>({
      taskQueue: taskQueueOf(prefix, 'train', family),
      startToCloseTimeout: '14 days',
      heartbeatTimeout,
      cancellationType,
      retry: { initialInterval: '1 second', backoffCoefficient: 1, maximumAttempts: 1000 },
    }),
  };
}

export type ProxiedActivities = ReturnType<typeof activitiesOf>;
