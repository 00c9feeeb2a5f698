import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from '@temporalio/worker';
import { FailureInterceptor } from '../activities/failure.js';
import { Spending } from '../activities/spending.js';
import { signOf, type WorkerAside } from '../client/aside.js';
import { asideQueueOf, type Role } from '../project/names.js';
import type { AsideGate } from './aside-gate.js';
import type { RoleOffer } from './activities-of-role.js';
import { identityOf } from './peers.js';
import { GpuTurn, type TurnOptions } from './gpu-turn.js';
import { StoreCheck } from './store-check.js';
import { tunerOf } from './turns.js';
import { WorkerSettingError } from './options.js';

export interface Queue {
  role: Role;
  taskQueue: string;
}

/** One queue of a role, with the SDK's defaults that matter said. */
export async function createWorker(
  { role, taskQueue }: Queue,
  { activities, concurrency, store, place, price, gate, shutdownForceMs = 20_000 }: RoleOffer,
  where: Pick<WorkerOptions, 'connection' | 'namespace' | 'dataConverter'>,
  turn: TurnOptions | null = null,
  aside?: AsideGate,
): Promise<Worker> {
  return await Worker.create({
    ...where,
    taskQueue,
    identity: identityOf(place),
    activities,
    workflowBundle: role === 'pipeline' ? { codePath: workflowBundlePath() } : undefined,
    ...(turn ? { tuner: tunerOf(turn) } : { maxConcurrentActivityTaskExecutions: concurrency }),
    // The default heartbeat throttling (up to a minute) would hide the images that a person watches for.
    maxHeartbeatThrottleInterval: '250ms',
    defaultHeartbeatThrottleInterval: '250ms',
    // Time to kill a trainer or cancel a prompt; the work itself is resumed elsewhere.
    shutdownGraceTime: '1 second',
    shutdownForceTime: shutdownForceMs,
    interceptors: {
      // The gate sees the errors of its own server as the adapter throws them, and nobody else's.
      activity: [
        () => ({ inbound: new FailureInterceptor() }),
        ...(aside ? [() => ({ inbound: aside })] : []),
        ...(store ? [() => ({ inbound: new StoreCheck(store) })] : []),
        ...(turn ? [() => ({ inbound: new GpuTurn(turn) })] : []),
        () => ({ inbound: new Spending(price ?? null) }),
        ...(gate ? [() => ({ inbound: gate })] : []),
      ],
    },
  });
}

/** What shows that a worker stands aside: it polls where nothing ever comes, and its identity says why. */
export async function createSign(
  taskQueue: string,
  sign: WorkerAside,
  where: Pick<WorkerOptions, 'connection' | 'namespace'>,
): Promise<Worker> {
  return await Worker.create({
    connection: where.connection,
    namespace: where.namespace,
    taskQueue: asideQueueOf(taskQueue),
    identity: signOf(sign),
    activities: { nothing: () => undefined },
    maxConcurrentActivityTaskExecutions: 1,
    maxConcurrentActivityTaskPolls: 1,
  });
}

/** The workflows, bundled at build time: beside the compiled code, or in dist/ when the sources run. */
export function workflowBundlePath(): string {
  const candidates = ['../workflow-bundle.js', '../../dist/workflow-bundle.js'];
  for (const candidate of candidates) {
    const path = fileURLToPath(new URL(candidate, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new WorkerSettingError('The workflow bundle is missing; run `npm run build`.');
}
