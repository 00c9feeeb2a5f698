import { Worker, type WorkerOptions } from '@temporalio/worker';
import { FailureInterceptor } from '../activities/failure.js';
import type { Role } from '../project/names.js';
import type { RoleOffer } from './activities-of-role.js';
import { workflowBundlePath } from './bundle.js';
import { GpuTurn, type TurnOptions } from './gpu-turn.js';
import { StoreCheck } from './store-check.js';
import { tunerOf } from './turns.js';

export interface Queue {
  role: Role;
  taskQueue: string;
}

/** One queue of a role, with the SDK's defaults that matter said. */
export async function createWorker(
  { role, taskQueue }: Queue,
  { activities, concurrency, store, gate, shutdownForceMs = 20_000 }: RoleOffer,
  where: Pick<WorkerOptions, 'connection' | 'namespace' | 'dataConverter'>,
  turn: TurnOptions | null = null,
): Promise<Worker> {
  return await Worker.create({
    ...where,
    taskQueue,
    activities,
    workflowBundle: role === 'pipeline' ? { codePath: workflowBundlePath() } : undefined,
    ...(turn ? { tuner: tunerOf(turn) } : { maxConcurrentActivityTaskExecutions: concurrency }),
    // The default heartbeat throttling (up to a minute) would hide the progress that a person watches.
    maxHeartbeatThrottleInterval: '1 second',
    defaultHeartbeatThrottleInterval: '1 second',
    // Time to kill a trainer or cancel a prompt; the work itself is resumed elsewhere.
    shutdownGraceTime: '1 second',
    shutdownForceTime: shutdownForceMs,
    interceptors: {
      // The gate sees the errors of its own server as the adapter throws them, and nobody else's.
      activity: [
        () => ({ inbound: new FailureInterceptor() }),
        ...(store ? [() => ({ inbound: new StoreCheck(store) })] : []),
        ...(turn ? [() => ({ inbound: new GpuTurn(turn) })] : []),
        ...(gate ? [() => ({ inbound: gate })] : []),
      ],
    },
  });
}
