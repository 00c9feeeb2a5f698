import assert from 'node:assert/strict';
import type { ArtifactStore } from '../../src/artifacts/artifact-store.js';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { createRenderActivities } from '../../src/activities/render-batch.js';
import type { RenderBatchInput, RenderBatchResult } from '../../src/run/contracts.js';
import { openStore } from '../../src/artifacts/store.js';
import type { Logger } from '../../src/comfyui/index.js';
import { createWorker } from '../../src/workers/create-worker.js';
import { QueueWorker } from '../../src/workers/queue-worker.js';
import { ServerGate } from '../../src/workers/server-gate.js';
import type { Fault } from '../comfyui/fault-proxy.js';
import { startRig, type Rig } from '../comfyui/rig.js';
import { makeZombie } from '../comfyui/zombie.js';
import { maximumAttempts } from './one-unit.js';
import { ownPrefix, sharedTemporal, stopSharedTemporal } from '../support/temporal.js';

describe('a render worker whose server is unfit', () => {
  let folder: string;
  let store: ArtifactStore;
  let rigs: Rig[];
  let workflows: Worker;
  let running: Promise<void>;
  const taskQueue = ownPrefix();
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'azit-unfit-'));
    store = await openStore(join(folder, 'store'));
    const timeouts = { unreachableMs: 200, signMs: 200, requestMs: 2000 };
    rigs = [await startRig(20, timeouts), await startRig(20, timeouts)];
    const { nativeConnection: connection } = await sharedTemporal();
    const workflowsPath = fileURLToPath(new URL('one-unit.ts', import.meta.url));
    workflows = await Worker.create({ connection, taskQueue, workflowsPath });
    running = workflows.run();
  });
  after(async () => {
    workflows.shutdown();
    await running;
    for (const rig of rigs) await rig.close();
    await rm(folder, { recursive: true });
    await stopSharedTemporal();
  });
  afterEach(() => rigs.forEach(({ proxy }) => proxy.heal()));

  /** A worker of the one render queue, beside this rig's server. */
  async function startWorker(rig: Rig, trials?: { firstMs: number; lastMs: number }) {
    const comfy = rig.another();
    const heard = new EventEmitter();
    const lines: string[] = [];
    const say = (_: object, message: string): void => {
      lines.push(message);
      heard.emit('line');
    };
    const logger: Logger = { debug: () => {}, info: say, warn: say };
    const activities = createRenderActivities({ store, comfy, workDir: join(folder, 'work'), modelFiles: {} });
    const gate = new ServerGate(comfy, logger, trials);
    const { nativeConnection: connection } = await sharedTemporal();
    const queue = { role: 'render' as const, taskQueue: `${taskQueue}-render` };
    const make = () => createWorker(queue, { activities, concurrency: 1, gate }, { connection, namespace: undefined });
    const worker = await QueueWorker.create(make, [gate]);
    const stop = new AbortController();
    const run = worker.run(stop.signal);
    const says = async (pattern: RegExp): Promise<void> => {
      while (!lines.some((line) => pattern.test(line))) await once(heard, 'line');
    };
    return { lines, says, stop: () => (stop.abort(), run) };
  }

  let units = 0;
  async function render(): Promise<RenderBatchResult> {
    const unit = `unit-${++units}`;
    const input: RenderBatchInput = {
      runId: 'unfit',
      stage: 'sweep',
      unit,
      family: 'sandbox',
      graph: 'text-to-image',
      negative: '',
      size: { width: 64, height: 64 },
      items: [1, 2, 3].map((seed) => ({ key: String(seed), prompt: `portrait of ${unit}`, seed })),
    };
    const { client } = await sharedTemporal();
    const args: [string, RenderBatchInput] = [`${taskQueue}-render`, input];
    return await client.workflow.execute('oneUnit', { taskQueue, workflowId: `${taskQueue}-${unit}`, args });
  }

  /** Each job of this server ends in an error that no later prompt can escape. */
  function breakGpu({ proxy }: Rig): void {
    const error = {
      exception_type: 'torch.AcceleratorError',
      exception_message: 'CUDA error: an illegal memory access',
    };
    const answer = (id: string): Fault => ({
      do: 'answer',
      status: 200,
      body: JSON.stringify({
        id,
        status: 'failed',
        execution_status: { messages: [['execution_error', { node_id: '5', node_type: 'KSampler', ...error }]] },
      }),
    });
    proxy.instead = (line) => {
      const [, id] = /^GET \/api\/jobs\/(.+)/.exec(line) ?? [];
      return id && proxy.count(/^POST \/prompt/) > 0 ? answer(id) : null;
    };
  }

  const faults: [string, (rig: Rig) => void, RegExp][] = [
    ['is a zombie', (rig) => makeZombie(rig.proxy), /worker thread died.* takes no work until it has been r/],
    ['has a broken GPU', breakGpu, /GPU .* failed at node 5 .*illegal memory access.* until it has been restarted/],
    ['is gone', (rig) => rig.proxy.plant(/./, { do: 'drop-before' }, 9999), /broke.* takes no work until it responds/],
  ];
  for (const [what, plant, line] of faults) {
    it(`that ${what} leaves its unit to another server, and takes work again once that is cured`, async () => {
      const [sick, sound] = rigs;
      plant(sick);
      const first = await startWorker(sick);
      const unit = render();
      await first.says(line);
      const second = await startWorker(sound);
      assert.equal((await unit).items.length, 3);
      await second.stop();
      sick.proxy.heal();
      await first.says(/takes work again/);
      assert.equal((await render()).items.length, 3);
      assert.equal(first.lines.filter((said) => line.test(said)).length, 1, first.lines.join('\n'));
      await first.stop();
    });
  }

  it('still brings a unit that no other server takes to its end, so that a person is asked', async () => {
    makeZombie(rigs[0].proxy);
    const worker = await startWorker(rigs[0], { firstMs: 1, lastMs: 1 });
    await assert.rejects(render(), (error: { cause?: { cause?: { type?: string; message?: string } } }) => {
      assert.equal(error.cause?.cause?.type, 'server-unfit');
      assert.match(error.cause?.cause?.message ?? '', /restart ComfyUI/);
      return true;
    });
    assert.equal(worker.lines.filter((line) => /takes no work/.test(line)).length, maximumAttempts);
    await worker.stop();
  });
});
