import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Worker } from '@temporalio/worker';
import { FailureInterceptor } from '../activities/failure.js';
import { openStore, type ArtifactStore } from '../artifacts/store.js';
import { taskQueueOf, type Role } from '../spec/names.js';
import { offerOf } from './activities-of-role.js';
import { workflowBundlePath } from './bundle.js';
import { GpuTurn } from './gpu-turn.js';
import { installLogging } from './logging.js';
import type { WorkerOptions } from './options.js';
import { tunerOf, turnOf } from './turns.js';

export { WorkerSettingError, type WorkerOptions } from './options.js';

/** Offers the roles until `signal` fires. Temporal is found by the SDK's own environment configuration. */
export async function runWorker(options: WorkerOptions): Promise<void> {
  installLogging();
  const store = await openStore(options.store);
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const connection = await NativeConnection.connect(connectionOptions);
  try {
    const workers = await Promise.all(
      queuesOf(options).map((queue) => createWorker(queue, options, store, connection, namespace)),
    );
    const stop = () => {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    };
    options.signal?.addEventListener('abort', stop, { once: true });
    const running = Promise.all(workers.map((worker) => worker.run()));
    options.onReady?.();
    if (options.signal?.aborted) stop();
    await running;
  } finally {
    await connection.close();
  }
}

interface Queue {
  role: Role;
  taskQueue: string;
}

/** One queue a role, and one a family where the role is bound to a model family. */
function queuesOf({ roles, families, taskQueuePrefix }: WorkerOptions): Queue[] {
  return roles.flatMap((role) => {
    const queues = families.map((family) => taskQueueOf(taskQueuePrefix, role, family));
    return [...new Set(queues)].map((taskQueue) => ({ role, taskQueue }));
  });
}

async function createWorker(
  { role, taskQueue }: Queue,
  options: WorkerOptions,
  store: ArtifactStore,
  connection: NativeConnection,
  namespace: string | undefined,
): Promise<Worker> {
  const { activities, concurrency } = offerOf(role, options, store);
  const turn = await turnOf(role, options);
  return await Worker.create({
    connection,
    namespace,
    taskQueue,
    activities,
    workflowBundle: role === 'pipeline' ? { codePath: workflowBundlePath() } : undefined,
    ...(turn ? { tuner: tunerOf(turn) } : { maxConcurrentActivityTaskExecutions: concurrency }),
    // The default heartbeat throttling (up to a minute) would hide the progress that a person watches.
    maxHeartbeatThrottleInterval: '1 second',
    defaultHeartbeatThrottleInterval: '1 second',
    // Time to kill a trainer or cancel a prompt; the work itself is resumed elsewhere.
    shutdownGraceTime: '1 second',
    shutdownForceTime: '20 seconds',
    interceptors: {
      activity: [
        () => ({ inbound: new FailureInterceptor() }),
        ...(turn ? [() => ({ inbound: new GpuTurn(turn) })] : []),
      ],
    },
  });
}
