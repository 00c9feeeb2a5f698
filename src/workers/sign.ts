import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker, type WorkerOptions as TemporalWorkerOptions } from '@temporalio/worker';
import { identityOfSign, type WorkerSign } from '../client/signs.js';
import { readRegularText } from '../files/regular-file.js';
import { GpuLease } from '../gpu/index.js';
import { azitVersion } from '../machine/version.js';
import { signsQueueOf } from '../project/names.js';
import { cut, longest } from '../text/cut.js';
import type { WorkerOptions } from './options.js';
import { identityOf } from './peers.js';

const lookEveryMs = 5_000;
/** A server is asked what it is less often than a lock is looked at. */
const askEveryMs = 60_000;

type Where = Pick<TemporalWorkerOptions, 'connection' | 'namespace'>;

/**
 * Says what this worker is, for people alone: on a queue where nothing ever comes, by the identity of who polls it. Where
 * that changes (a ComfyUI was updated, somebody else has the GPU), it is said anew. Never fails.
 */
export async function showSign(options: WorkerOptions, where: Where, signal: AbortSignal): Promise<void> {
  const about = new About(options);
  let shown = '';
  let poller: { worker: Worker; running: Promise<void> } | null = null;
  const end = async (): Promise<void> => {
    if (poller?.worker.getState() === 'RUNNING') poller.worker.shutdown();
    await poller?.running.catch(() => undefined);
    poller = null;
  };
  while (!signal.aborted) {
    try {
      const identity = identityOfSign(await about.sign());
      if (identity !== shown || poller?.worker.getState() !== 'RUNNING') {
        await end();
        const worker = await makePoller(options, where, identity);
        poller = { worker, running: worker.run() };
        // Ended by itself, it is put up again.
        poller.running.catch(() => undefined);
        shown = identity;
      }
    } catch {
      // Nothing that a run needs.
    }
    await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
  await end();
}

const makePoller = async ({ taskQueuePrefix }: WorkerOptions, where: Where, identity: string): Promise<Worker> =>
  await Worker.create({
    ...where,
    taskQueue: signsQueueOf(taskQueuePrefix),
    identity,
    activities: { nothing: () => undefined },
    maxConcurrentActivityTaskExecutions: 1,
    maxConcurrentActivityTaskPolls: 1,
  });

class About {
  readonly #lease: GpuLease | null;
  #asked: Pick<WorkerSign, 'comfyui' | 'trainer'> = {};
  #askedAtMs = -Infinity;

  constructor(private readonly options: WorkerOptions) {
    const gpu = options.gpu?.split(',')[0].trim();
    this.#lease = gpu ? new GpuLease(gpu) : null;
  }

  async sign(): Promise<WorkerSign> {
    const { roles, families, gpu } = this.options;
    if (performance.now() - this.#askedAtMs > askEveryMs) {
      this.#asked = { ...(await this.#comfyui()), ...(await this.#trainer()) };
      this.#askedAtMs = performance.now();
    }
    const isBound = roles.includes('render') || roles.includes('train');
    return {
      worker: identityOf(),
      azit: azitVersion(),
      roles: [...roles],
      families: isBound ? [...families] : [],
      ...this.#asked,
      ...(gpu ? { gpu: { name: gpu, user: await this.#user() } } : {}),
    };
  }

  /** Who has the GPU; of our own units the queue tells more. */
  async #user(): Promise<string | null> {
    const user = (await this.#lease?.holder()) ?? null;
    const isOwn = user?.includes(`(process ${process.pid} on ${hostname()},`);
    return user === null || isOwn ? null : cut(user, longest.name);
  }

  async #comfyui(): Promise<Pick<WorkerSign, 'comfyui'>> {
    const { render } = this.options;
    if (!render) return {};
    const { comfyUrl: url, headers } = render;
    const { createComfyClient } = await import('../comfyui/index.js');
    const client = createComfyClient({ baseUrl: url, headers, timeouts: { unreachableMs: 0 } });
    try {
      const { product, version, devices } = await client.stats();
      return { comfyui: { url, version: product ?? version, devices: devices.map(deviceWords) } };
    } catch {
      return { comfyui: { url, version: null, devices: [] } };
    } finally {
      await client.close();
    }
  }

  async #trainer(): Promise<Pick<WorkerSign, 'trainer'>> {
    const { train } = this.options;
    if (!train) return {};
    if (!train.cwd)
      return {
        trainer: train.command.some((word) => word === 'sandbox') ? 'sandbox trainer' : 'a trainer of your own',
      };
    const version = await versionIn(train.cwd);
    return { trainer: `ai-toolkit ${version ?? 'of unknown version'}` };
  }
}

const deviceWords = ({ name, vramTotalBytes }: { name: string; vramTotalBytes: number }): string =>
  cut(`${name}, ${(vramTotalBytes / 2 ** 30).toFixed(0)} GiB`, 60);

const mostVersionBytes = 10_000;

/** ai-toolkit says its version in `version.py`. @returns null where it does not */
async function versionIn(folder: string): Promise<string | null> {
  try {
    const text = await readRegularText(join(folder, 'version.py'), { maxBytes: mostVersionBytes });
    const [, version] = /VERSION\s*=\s*["']([\w.+-]{1,40})["']/.exec(text) ?? [];
    return version ?? null;
  } catch {
    return null;
  }
}
