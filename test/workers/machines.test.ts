import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { AzitClient } from '../../src/client/index.js';
import { identityOfSign, type WorkerSign } from '../../src/client/signs.js';
import { machinesParts } from '../../src/studio/pages/machines.js';
import { showSign } from '../../src/workers/sign.js';
import { quickProject } from '../support/quick-run.js';
import { temporaryFolder } from '../support/folder.js';
import { ownPrefix, sharedTemporal, stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

const stats = {
  system: { comfyui_version: '0.33.0', python_version: '3.12', pytorch_version: '2.9', os: 'posix', argv: [] },
  devices: [{ name: 'cuda:0 H200', type: 'cuda', vram_total: 150e9, vram_free: 140e9 }],
};

describe('the machines', function () {
  this.timeout(60_000);
  let comfy: Server;
  let folder: string;
  let client: AzitClient;
  let shown: Promise<void>;
  const stop = new AbortController();

  before(async () => {
    const { address, nativeConnection: connection } = await sharedTemporal();
    // Of another container: it lives as long as it beats.
    const holder = { host: 'elsewhere', pid: 7, identity: '', token: 'x', doing: 'trainLora of azit-other', since: '' };
    const files = { 'version.py': 'VERSION = "0.9.1"\n', 'leases/gpu-5.lock': JSON.stringify(holder) };
    folder = await temporaryFolder(files);
    process.env.AZIT_GPU_LEASES = join(folder, 'leases');
    comfy = createServer((_request, reply) => {
      reply.setHeader('content-type', 'application/json');
      reply.end(JSON.stringify(stats));
    }).listen(0, '127.0.0.1');
    await once(comfy, 'listening');
    const comfyUrl = `http://127.0.0.1:${(comfy.address() as AddressInfo).port}`;
    const taskQueuePrefix = ownPrefix();
    client = await AzitClient.connect({ store: join(folder, 'store'), taskQueuePrefix, temporal: { address } });
    const options = {
      ...{ roles: ['render', 'train'] as const, families: ['sandbox'] as const, taskQueuePrefix, gpu: '5' },
      ...{ store: '', workDir: folder, render: { comfyUrl }, train: { command: ['python'], cwd: folder } },
    };
    shown = showSign(options, { connection, namespace: 'default' }, stop.signal);
  });
  after(async () => {
    stop.abort();
    await shown;
    delete process.env.AZIT_GPU_LEASES;
    comfy.close();
    await client.close();
    await stopSharedTemporal();
  });

  it('a worker does not say what it is, its versions, or who else has its GPU', async () => {
    await until('it is there', async () => (await client.machines()).workers[0]);
    const [worker] = (await client.machines()).workers;
    assert.deepEqual([worker.roles, worker.families], [['render', 'train'], ['sandbox']]);
    assert.equal(worker.trainer, 'ai-toolkit 0.9.1');
    assert.equal(worker.comfyui?.version, '0.33.0');
    assert.deepEqual(worker.comfyui?.devices, ['cuda:0 H200, 140 GiB']);
    assert.equal(worker.gpu?.name, '5');
    assert.match(worker.gpu?.user ?? '', /^trainLora of azit-other is using it \(process 7 on elsewhere/);
  });

  it('what a run waits for, and nobody serves, is not said with the command for it', async () => {
    await client.start({ ...quickProject, name: 'alone' }, { id: 'alone' });
    await until('it waits', async () => (await client.machines()).units[0]);
    const machines = await client.machines();
    const [unit] = machines.units;
    assert.deepEqual([unit.runId, unit.name, unit.worker], ['alone', 'workflow', null]);
    const unserved = machines.queues.filter(({ isNeeded, workers }) => isNeeded && workers.length === 0);
    assert.deepEqual(unserved.map(({ role }) => role).sort(), ['identity', 'pipeline', 'render', 'train']);
    const page = Object.fromEntries(machinesParts(machines, null));
    assert.match(
      page['unserved'],
      /<code>azit worker --role render --family sandbox --comfyui URL --loras-dir DIR<\/code>/,
    );
    assert.match(page['workers'], /ComfyUI 0\.33\.0 .* cuda:0 H200/);
    assert.match(page['queues'], /The next step of <a href="\/run\/alone\/">alone<\/a>/);
  });

  it('a worker of many families says more than Temporal takes', () => {
    const sign: WorkerSign = {
      ...{ worker: `1@${'h'.repeat(60)}`, azit: '0.1.0', roles: ['render'] },
      families: Array.from({ length: 90 }, (_, index) => `family-number-${index}`),
      comfyui: { url: 'http://gpu:8188', version: '0.33.0', devices: ['x'.repeat(60)] },
    };
    const text = identityOfSign(sign);
    assert.ok(Buffer.byteLength(text) <= 960);
    assert.equal((JSON.parse(text) as WorkerSign).comfyui?.version, '0.33.0');
  });
});
