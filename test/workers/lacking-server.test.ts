import assert from 'node:assert/strict';
import type { ArtifactStore } from '../../src/artifacts/artifact-store.js';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createRenderActivities } from '../../src/activities/render-batch.js';
import { identify } from '../../src/artifacts/identity.js';
import { serializeSafetensors } from '../support/safetensors.js';
import { openStore } from '../../src/artifacts/store.js';
import { workersAside } from '../../src/client/aside.js';
import type { ComfyClientOptions, Logger } from '../../src/comfyui/index.js';
import type { RenderBatchInput, RenderBatchResult } from '../../src/run/contracts.js';
import { AsideGate, type AsideTimes } from '../../src/workers/aside-gate.js';
import { createSign, createWorker } from '../../src/workers/create-worker.js';
import { Peers, identityOf } from '../../src/workers/peers.js';
import { lackOfRenderer } from '../../src/workers/lack-of-renderer.js';
import { QueueWorker, type MakeSign } from '../../src/workers/queue-worker.js';
import { startRig, type Rig } from '../comfyui/rig.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';
import { ownPrefix, sharedTemporal, stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

describe('a render worker whose server lacks something, beside one that has it', function () {
  this.timeout(60_000);
  let folder: string;
  let store: ArtifactStore;
  let rigs: Rig[];
  let workflows: Worker;
  let running: Promise<void>;
  const workflowQueue = ownPrefix();
  let taskQueue: string;
  let queues = 0;
  before(async () => {
    folder = await temporaryFolder();
    store = await openStore(join(folder, 'store'));
    await identify(store);
    const { nativeConnection: connection } = await sharedTemporal();
    const workflowsPath = fileURLToPath(new URL('one-unit.ts', import.meta.url));
    workflows = await Worker.create({ connection, taskQueue: workflowQueue, workflowsPath });
    running = workflows.run();
  });
  beforeEach(async () => {
    taskQueue = `${workflowQueue}-render-${++queues}`;
    rigs = [await startRig(10), await startRig(10)];
  });
  afterEach(async () => {
    for (const rig of rigs) await rig.close();
  });
  after(async () => {
    workflows.shutdown();
    await running;
    await stopSharedTemporal();
    await removeTemporaryFolders();
  });

  async function startWorker(rig: Rig, settings: Partial<ComfyClientOptions> = {}, times?: AsideTimes) {
    const comfy = rig.another(settings);
    const lines: string[] = [];
    const say = (_: object, message: string): void => void lines.push(message);
    const logger: Logger = { debug: () => {}, info: say, warn: say };
    const activities = createRenderActivities({ store, comfy, workDir: join(folder, 'work'), modelFiles: {} });
    const { address, client } = await sharedTemporal();
    // As in a process of its own: one connection takes one worker a task queue.
    const connection = await NativeConnection.connect({ address });
    const where = { connection, namespace: undefined };
    const queue = { role: 'render' as const, taskQueue };
    const place = comfy.address;
    const aside = new AsideGate(new Peers(client, taskQueue, identityOf(place)), lackOfRenderer(comfy), logger, times);
    const make = () => createWorker(queue, { activities, concurrency: 1, store, place }, where, null, aside);
    const sign: MakeSign = (why) => createSign(taskQueue, { worker: identityOf(place), ...why }, where);
    const worker = await QueueWorker.create(make, [aside], sign);
    const stop = new AbortController();
    const run = worker.run(stop.signal);
    return { lines, stop: () => (stop.abort(), run.then(() => connection.close())) };
  }

  let units = 0;
  async function render(lora?: RenderBatchInput['lora']): Promise<RenderBatchResult> {
    const unit = `unit-${++units}`;
    const input: RenderBatchInput = {
      runId: 'lacking',
      stage: 'sweep',
      unit,
      family: 'sandbox',
      graph: lora ? 'text-to-image-lora' : 'text-to-image',
      negative: '',
      size: { width: 64, height: 64 },
      lora,
      items: [{ key: '1', prompt: `portrait of ${unit}`, seed: 1 }],
    };
    const { client } = await sharedTemporal();
    const args: [string, RenderBatchInput] = [taskQueue, input];
    return await client.workflow.execute('oneUnit', {
      taskQueue: workflowQueue,
      workflowId: `${workflowQueue}-${unit}`,
      args,
    });
  }

  const checkpoint = (rig: Rig): string => join(rig.folder, 'models', 'checkpoints', 'sandbox.safetensors');
  const takeAway = (rig: Rig) => rename(checkpoint(rig), `${checkpoint(rig)}.away`);
  const aside = async () => workersAside((await sharedTemporal()).client, taskQueue);

  async function lora(): Promise<NonNullable<RenderBatchInput['lora']>> {
    const tensor = { dtype: 'F32' as const, shape: [2, 2], data: [1, 2, 3, 4] };
    const bytes = serializeSafetensors(new Map([['diffusion_model.scene.lora_A.weight', tensor]]));
    const file = await store.putBytes(bytes, { name: 'x.safetensors', mediaType: 'application/x-safetensors' });
    return { file, strength: 1, label: 'x' };
  }

  function fillDisk({ proxy }: Rig): void {
    const error = { node_id: '7', node_type: 'SaveImage', exception_type: 'OSError' };
    const full = { ...error, exception_message: '[Errno 28] No space left on device' };
    proxy.instead = (line) => {
      const [, id] = /^GET \/api\/jobs\/(.+)/.exec(line) ?? [];
      if (!id || proxy.count(/^POST \/prompt/) === 0) return null;
      const messages = [['execution_error', full]];
      return {
        do: 'answer',
        status: 200,
        body: JSON.stringify({ id, status: 'failed', execution_status: { messages } }),
      };
    };
  }

  function withoutNode({ proxy }: Rig): void {
    const error = { type: 'missing_node_type', message: "Node 'KSampler' not found.", details: '', extra_info: {} };
    proxy.instead = (line) => {
      if (/^GET \/object_info\/KSampler/.test(line)) return { do: 'answer', status: 200, body: '{}' };
      if (!/^POST \/prompt/.test(line)) return null;
      return { do: 'answer', status: 400, body: JSON.stringify({ error, node_errors: {} }) };
    };
  }

  const nowhere: Partial<ComfyClientOptions> = { lorasDir: '/nowhere' };
  const cases: [string, (rig: Rig) => unknown, RegExp, ((rig: Rig) => unknown)?, Partial<ComfyClientOptions>?][] = [
    ['a checkpoint', takeAway, /has no 'sandbox.safetensors' in its models.checkpoints/, (rig) => rename(`${checkpoint(rig)}.away`, checkpoint(rig))], // prettier-ignore
    ['a node', withoutNode, /has no node 'KSampler'/, ({ proxy }) => proxy.heal()],
    ['a way for LoRAs', () => undefined, /LoRA folder \/nowhere does not exist/, undefined, nowhere],
    ['room on its disk', fillDisk, /disk of ComfyUI at .* is full/],
  ];
  for (const [what, plant, line, cure, settings] of cases) {
    it(`without ${what}, takes the unit each time and stops the run`, async () => {
      const [sick, sound] = rigs;
      await plant(sick);
      const workers = [await startWorker(sick, settings), await startWorker(sound)];
      const [lacking] = workers;
      const brought = settings ? await lora() : undefined;
      for (let tries = 0; lacking.lines.length === 0 && tries < 20; tries++)
        assert.equal((await render(brought)).items.length, 1);
      assert.match(lacking.lines.join('\n'), line);
      assert.match(lacking.lines.join('\n'), /Another worker takes over; this one takes no work from /);
      await until('its sign is up', async () => (await aside()).length > 0);
      const [sign] = await aside();
      assert.ok(sign.worker.endsWith(sick.proxy.url.replace(/\/$/, '')), sign.worker);
      assert.match(sign.reason, line);
      for (let more = 0; more < 3; more++) await render(brought);
      assert.equal(lacking.lines.length, 1, lacking.lines.join('\n'));
      if (cure) {
        await cure(sick);
        await until('it is looked at again', () => lacking.lines.some((said) => /has what was missing/.test(said)));
        await until('its sign is gone', async () => (await aside()).length === 0);
      }
      await Promise.all(workers.map((worker) => worker.stop()));
    });
  }

  it('is waited for although no worker has what is missing, so that nobody is asked', async () => {
    await Promise.all(rigs.map(takeAway));
    const workers = await Promise.all(rigs.map((rig) => startWorker(rig)));
    await assert.rejects(
      render(),
      (error: { cause?: { cause?: { type?: string; nonRetryable?: boolean; message?: string } } }) => {
        assert.equal(error.cause?.cause?.type, 'missing-on-server');
        assert.equal(error.cause?.cause?.nonRetryable, true);
        const said = error.cause?.cause?.message ?? '';
        for (const { proxy } of rigs) assert.ok(said.includes(new URL(proxy.url).host), said);
        assert.match(said, /No other worker can do it either/);
        return true;
      },
    );
    assert.equal(workers.flatMap(({ lines }) => lines).filter((said) => /Another worker takes/.test(said)).length, 1);
    await Promise.all(workers.map((worker) => worker.stop()));
  });

  it('takes the unit again after a person has mended the other one, and asks that person again', async () => {
    const [lacking, full] = rigs;
    const often = { firstMs: 1_000, lastMs: 1_000 };
    await takeAway(lacking);
    fillDisk(full);
    const workers = [await startWorker(lacking), await startWorker(full, {}, often)];
    const isAside = async ({ proxy }: Rig): Promise<boolean> =>
      (await aside()).some(({ worker }) => worker.endsWith(proxy.url.replace(/\/$/, '')));
    // Which of the two meets the unit first is Temporal's choice.
    for (let tries = 0; tries < 20 && !(await isAside(full)); tries++) {
      await assert.rejects(render());
      if (!(await isAside(lacking))) continue;
      await rename(`${checkpoint(lacking)}.away`, checkpoint(lacking));
      await until('it is back', async () => !(await isAside(lacking)));
      await takeAway(lacking);
    }
    full.proxy.heal();
    assert.equal((await render()).items.length, 1);
    await until('it says so', () => workers[1].lines.some((said) => /did what it was given/.test(said)));
    await Promise.all(workers.map((worker) => worker.stop()));
  });
});
