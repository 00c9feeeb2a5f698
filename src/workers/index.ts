import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { openStore } from '../artifacts/store.js';
import { checkTemporal, temporalSettings } from '../client/connect.js';
import { throughStore } from '../payloads/large-payloads.js';
import { isEditor } from '../project/families/editors.js';
import { taskQueueOf, type Role } from '../project/names.js';
import { offerOf, type RoleOffer } from './activities-of-role.js';
import { AsideGate } from './aside-gate.js';
import { comfyLog, installLogging } from './logging.js';
import { createSign, createWorker, type Queue } from './create-worker.js';
import { Peers, identityOf } from './peers.js';
import type { TurnOptions } from './gpu-turn.js';
import { lackOfWorker } from './lack.js';
import { type WorkerOptions } from './options.js';
import { QueueWorker, type MakeSign } from './queue-worker.js';
import { showSign } from './sign.js';
import { turnOf } from './turns.js';

export { WorkerSettingError, type WorkerOptions } from './options.js';

/** Offers the roles until `signal` fires. Temporal is found by the SDK's own environment configuration. */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const store = await openStore(options.store);
  // One offer a role: its queues share one server, and what is known of it.
  const roles = new Map<Role, RoleOffer>();
  for (const role of options.roles) roles.set(role, await offerOf(role, options, store));
  for (const offer of roles.values()) await offer.check?.();
  installLogging();
  // The native client polls a namespace that is not there for ever, and hears no signal meanwhile.
  await checkTemporal();
  const { connectionOptions, namespace } = temporalSettings();
  const connection = await NativeConnection.connect(connectionOptions);
  const where = { connection, namespace, dataConverter: throughStore(() => Promise.resolve(store), 'worker') };
  const offers = new Map<Role, { offer: RoleOffer; turn: TurnOptions | null }>();
  for (const [role, offer] of roles) offers.set(role, { offer, turn: await turnOf(role, options) });
  try {
    const workers = await Promise.all(
      queuesOf(options).map((queue) => {
        const { offer, turn } = offers.get(queue.role)!;
        return queueWorker(queue, offer, where, turn);
      }),
    );
    await runAll(workers, options, where);
  } finally {
    await connection.close();
    for (const { offer } of offers.values()) await offer.close?.();
  }
}

async function queueWorker(
  queue: Queue,
  offer: RoleOffer,
  where: Parameters<typeof createWorker>[2] & { connection: NativeConnection },
  turn: TurnOptions | null,
): Promise<QueueWorker> {
  const client = new Client({ connection: where.connection, namespace: where.namespace });
  const worker = identityOf(offer.place);
  const aside = new AsideGate(new Peers(client, queue.taskQueue, worker), offer.lackOf ?? lackOfWorker, comfyLog);
  const sign: MakeSign = (why) => createSign(queue.taskQueue, { worker, ...why }, where);
  const gates = [aside, ...(offer.gate ? [offer.gate] : [])];
  return await QueueWorker.create(() => createWorker(queue, offer, where, turn, aside), gates, sign);
}

/** Where one ends by itself, the others end too. @throws its error */
async function runAll(
  workers: QueueWorker[],
  options: WorkerOptions,
  where: Parameters<typeof showSign>[1],
): Promise<void> {
  const { signal, onReady } = options;
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  signal?.addEventListener('abort', abort, { once: true });
  const running = workers.map((worker) => worker.run(stop.signal));
  const sign = showSign(options, { connection: where.connection, namespace: where.namespace }, stop.signal);
  onReady?.();
  if (signal?.aborted) abort();
  try {
    await Promise.all(running);
  } finally {
    abort();
    await Promise.allSettled([...running, sign]);
    signal?.removeEventListener('abort', abort);
  }
}

/** One queue a role, and one a family where the role is bound to a model family. */
function queuesOf({ roles, families, taskQueuePrefix }: WorkerOptions): Queue[] {
  return roles.flatMap((role) => {
    // An editor trains nothing.
    const served = role === 'train' ? families.filter((name) => !isEditor(name)) : families;
    const queues = served.map((name) => taskQueueOf(taskQueuePrefix, role, name));
    return [...new Set(queues)].map((taskQueue) => ({ role, taskQueue }));
  });
}
