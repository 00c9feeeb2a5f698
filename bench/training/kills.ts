import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import sharp from 'sharp';
import type { TrainLoraInput } from '../../src/run/contracts.js';
import { TrainingRecords } from '../../src/activities/training-records.js';
import { openStore } from '../../src/artifacts/store.js';
import { findTemporal } from '../../src/embedded/index.js';
import type { training } from './workflow.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const saveEvery = 5;

/** Seconds from each kill -9, of the worker and the trainer by turns, to the start of the next trainer. */
export async function killRecoveries(root: string, kills: number): Promise<number[]> {
  const folder = join(root, 'kills');
  await mkdir(folder);
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const { path } = await findTemporal(() => undefined);
  const temporal = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'existing-path', path } },
  });
  const worker = await Worker.create({
    connection: temporal.nativeConnection,
    taskQueue: 'bench',
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: here('./workflow.ts'),
      logger: new DefaultLogger('ERROR'),
    }),
  });
  const keeper = new Keeper(folder, temporal.address);
  const recoveries: number[] = [];
  try {
    await worker.runUntil(async () => {
      const input = await inputIn(folder);
      const records = new TrainingRecords(await openStore(join(folder, 'store')), input.runId);
      const handle = await temporal.client.workflow.start<typeof training>('training', {
        workflowId: 'azit-bench',
        taskQueue: 'bench',
        args: ['bench', input],
      });
      for (let kill = 0; kill < kills; kill += 1) {
        const [count, starts] = [(await records.published(input.steps, saveEvery)).length, await startsIn(folder)];
        // Between two saves, with one more behind it.
        await until(async () => (await records.published(input.steps, saveEvery)).length > count);
        const killedAt = Date.now();
        const last = (await startsIn(folder)).at(-1) ?? starts[0];
        process.kill(kill % 2 === 0 ? keeper.pid : last.pid, 'SIGKILL');
        await until(async () => (await startsIn(folder)).some(({ at }) => at > killedAt));
        recoveries.push(((await startsIn(folder)).find(({ at }) => at > killedAt)!.at - killedAt) / 1000);
      }
      await handle.terminate();
    });
  } finally {
    await keeper.stop();
    await temporal.teardown();
  }
  return recoveries;
}

/** Starts the worker again when it dies, as a service manager does. */
class Keeper {
  #child: ChildProcess;
  #stopping = false;

  constructor(
    private readonly folder: string,
    private readonly address: string,
  ) {
    this.#child = this.#start();
  }

  get pid(): number {
    return this.#child.pid!;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit').catch(() => undefined);
  }

  #start(): ChildProcess {
    const { TEMPORAL_NAMESPACE: _, ...own } = process.env;
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', here('./worker.ts'), this.folder, here('./trainer.mjs')],
      {
        env: {
          ...own,
          TEMPORAL_ADDRESS: this.address,
          LOG_LEVEL: 'error',
          BENCH_BYTES: '100000',
          BENCH_LOG: this.folder,
          BENCH_IMAGES: '1',
          BENCH_PAUSE_MS: '500',
        },
        stdio: 'ignore',
      },
    );
    child.once('exit', () => {
      if (!this.#stopping) this.#child = this.#start();
    });
    return child;
  }
}

async function inputIn(folder: string): Promise<TrainLoraInput> {
  const store = await openStore(join(folder, 'store'));
  const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#888' } })
    .png()
    .toBuffer();
  const image = await store.putBytes(picture, { name: 'a.png', mediaType: 'image/png' });
  return {
    runId: 'bench',
    name: 'bench',
    trigger: 'mnaz',
    family: 'sandbox',
    steps: 1_000_000,
    saveEvery,
    sweptSteps: [],
    rank: 2,
    seed: 1,
    override: {},
    dataset: [{ name: 'a', image, caption: 'mnaz' }],
    round: 0,
  };
}

async function startsIn(folder: string): Promise<{ pid: number; at: number }[]> {
  const text = await readFile(join(folder, 'starts'), 'utf8').catch(() => '');
  return text
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [pid, at] = line.split(' ').map(Number);
      return { pid, at };
    });
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(50);
}
