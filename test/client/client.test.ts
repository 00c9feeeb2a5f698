import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import sharp from 'sharp';
import { AzitClient, AzitClientError } from '../../src/client/index.js';
import type { Progress } from '../../src/client/index.js';
import { openStore } from '../../src/artifacts/store.js';
import { InputError } from '../../src/project/input-error.js';
import { temporaryFolder } from '../support/folder.js';
import { Program } from '../support/program.js';
import { ownPrefix, sharedTemporal, startTemporal, stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

const project = { name: 'mina', anchor: { prompt: 'a woman', candidates: 1 } };

interface Rig {
  client: AzitClient;
  store: string;
  close(): Promise<void>;
}

/** A client, and a real worker for its workflows: what needs a renderer stays scheduled. */
async function rig(
  environment: TestWorkflowEnvironment,
  { withWorker = true, queryTimeoutMs = 10_000 } = {},
): Promise<Rig> {
  const folder = await temporaryFolder();
  const store = join(folder, 'store');
  const taskQueuePrefix = ownPrefix();
  const { address } = environment;
  const client = await AzitClient.connect({ store, taskQueuePrefix, queryTimeoutMs, temporal: { address } });
  const words = [taskQueuePrefix, folder];
  const worker = withWorker
    ? new Program('test/client/programs/working.ts', words, { TEMPORAL_ADDRESS: address })
    : null;
  await worker?.says(/ready/);
  return {
    client,
    store,
    close: async () => {
      await worker?.kill();
      await client.close();
    },
  };
}

const hasCode = (code: string) => (error: unknown) => {
  assert.ok(error instanceof AzitClientError, String(error));
  assert.equal(error.code, code);
  assert.doesNotMatch(error.message, /\n/);
  return true;
};

describe('AzitClient', function () {
  this.timeout(60_000);
  let environment: TestWorkflowEnvironment;
  let shared: Rig;

  before(async () => {
    environment = await sharedTemporal();
    shared = await rig(environment);
  });
  after(async () => {
    await shared.close();
    await stopSharedTemporal();
  });

  it('finds the run again when the same project starts under the same id, alone or at the same moment', async () => {
    const { client } = shared;
    const runs = await Promise.all([1, 2, 3].map(() => client.start(project, { id: 'twice' })));
    const again = await client.start({ ...project, training: {} }, { id: 'twice' });
    assert.deepEqual(new Set([...runs, again].map((run) => run.workflowId)), new Set(['azit-twice']));
    assert.equal((await again.status()).name, 'mina');
    await again.cancel();
  });

  it('refuses an id that belongs to another project, running or ended', async () => {
    const { client } = shared;
    const run = await client.start(project, { id: 'mine' });
    const other = { ...project, anchor: { prompt: 'a man' } };
    await assert.rejects(client.start(other, { id: 'mine' }), hasCode('id-belongs-to-another-project'));
    await run.cancel();
    assert.deepEqual(await run.outcome(), { kind: 'cancelled' });
    await assert.rejects(client.start(other, { id: 'mine' }), hasCode('id-belongs-to-another-project'));
    assert.equal((await client.start(project, { id: 'mine' })).runId, 'mine');
  });

  it('makes the same id of the same project, and another of another', async () => {
    const { client } = shared;
    const first = await client.start({ ...project, name: 'Kim Ji-woo' });
    const second = await client.start({ name: 'Kim Ji-woo', anchor: { candidates: 1, prompt: 'a woman' } });
    const third = await client.start({ ...project, name: 'Kim Ji-woo', model: 'sandbox', approvals: ['anchor'] });
    assert.match(first.runId, /^kim-ji-woo-[0-9a-f]{8}$/);
    assert.equal(first.runId, second.runId);
    assert.notEqual(first.runId, third.runId);
    await first.cancel();
    await third.cancel();
  });

  it('refuses ids that can leave folders or name a sweep, and projects with mistakes, before Temporal hears of them', async () => {
    const { client } = shared;
    for (const id of ['../x', '', 'a b', 'x-sweep', 'x'.repeat(65), '.hidden', 'ü'])
      await assert.rejects(client.start(project, { id }), hasCode('bad-id'));
    await assert.rejects(client.start({ name: 'a/b' }), InputError);
    await assert.rejects(client.start('/nowhere/azit.yaml'), InputError);
  });

  it('says that there is no such run', async () => {
    const run = shared.client.run('never-started');
    await assert.rejects(run.status(), hasCode('no-such-run'));
    await assert.rejects(run.approve({ gate: 'anchor' }), hasCode('no-such-run'));
    await assert.rejects(run.cancel(), hasCode('no-such-run'));
    await assert.rejects(run.report('/tmp/never'), hasCode('no-such-run'));
    await assert.rejects(run.outcome(), hasCode('no-such-run'));
  });

  it('tells why a decision is refused, and the run goes on', async () => {
    const run = await shared.client.start(project, { id: 'undecided' });
    await assert.rejects(run.approve({ gate: 'anchor' }), hasCode('refused'));
    await assert.rejects(run.choose({ step: 7 }), hasCode('refused'));
    await assert.rejects(run.resume(), hasCode('refused'));
    assert.equal((await run.status()).state, 'running');
    await run.cancel();
  });

  it('shows what activities are doing, and ends to watch when the run is cancelled', async () => {
    const run = await shared.client.start(project, { id: 'watched' });
    const seen: Progress[] = [];
    const waiting = run.wait({ intervalMs: 20, onUpdate: (progress) => seen.push(progress) });
    await until('the render is scheduled', () => seen.at(-1)?.activities.some(({ name }) => name === 'renderBatch'));
    assert.equal(seen.at(-1)?.status.stage, '01-anchor');
    await run.cancel();
    assert.deepEqual(await waiting, { kind: 'cancelled' });
  });

  it('ends to watch when the run does, however seldom it looks', async () => {
    const run = await shared.client.start(project, { id: 'seldom' });
    const waiting = run.wait({ intervalMs: 3_600_000, onUpdate: () => void run.cancel() });
    assert.deepEqual(await waiting, { kind: 'cancelled' });
  });

  it('stops watching when asked, at once', async () => {
    const run = await shared.client.start(project, { id: 'left' });
    const stop = new AbortController();
    const waiting = run.wait({ signal: stop.signal, intervalMs: 3_600_000, onUpdate: () => stop.abort() });
    await assert.rejects(waiting, { name: 'AbortError' });
    await run.cancel();
  });

  it('lists runs with their names and states', async () => {
    const { client } = shared;
    const run = await client.start({ ...project, name: 'listed' }, { id: 'listed' });
    const listed = async () => (await client.list()).find(({ runId }) => runId === 'listed');
    await until('it is listed', listed);
    assert.deepEqual([(await listed())?.name, (await listed())?.state], ['listed', 'running']);
    await run.cancel();
    await until('it is listed as cancelled', async () => (await listed())?.state === 'cancelled');
  });

  it("stores the project's images and captions for workers elsewhere", async () => {
    const { client, store } = shared;
    const png = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#a60' } })
      .png()
      .toBuffer();
    const folder = await temporaryFolder({
      'azit.yaml': 'name: own\ndataset: { images: faces }\n',
      'faces/a.png': png,
      'faces/a.txt': 'own, smiling\n',
      'faces/b.png': png,
    });
    const run = await client.start(join(folder, 'azit.yaml'));
    const { executions } = { executions: await environment.client.workflow.getHandle(run.workflowId).fetchHistory() };
    const input = executions.events?.[0].workflowExecutionStartedEventAttributes?.input?.payloads?.[0].data;
    const { datasetImages } = JSON.parse(Buffer.from(input as Uint8Array).toString()) as {
      datasetImages: { image: { sha256: string; bytes: number; mediaType: string; name: string }; caption: string }[];
    };
    assert.deepEqual(
      datasetImages.map(({ image, caption }) => [image.name, caption]),
      [
        ['a.png', 'own, smiling'],
        ['b.png', null],
      ],
    );
    assert.deepEqual(await (await openStore(store)).readBytes(datasetImages[0].image), png);
    await run.cancel();
  });

  it('names the roles that nobody serves, where a run would wait without a word', async () => {
    const served = await shared.client.unserved('sandbox');
    assert.deepEqual(
      served.map(({ role }) => role),
      ['identity', 'render', 'train'],
    );
    assert.match(served[1].taskQueue, /-render-sandbox$/);
  });

  it('says that no worker answers, instead of waiting for ever', async () => {
    const alone = await rig(environment, { withWorker: false, queryTimeoutMs: 500 });
    const run = await alone.client.start(project, { id: 'unattended' });
    const watching = run.watch({ patienceMs: 0, intervalMs: 10 }).next();
    await assert.rejects(watching, hasCode('no-worker'));
    await alone.close();
  });

  it('says that no Temporal answers at the address, and at one that is not Temporal', async () => {
    const server = createServer((socket) => {
      // Whoever hangs up first resets the connection.
      socket.on('error', () => {});
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const connectTo = (address: string) => AzitClient.connect({ temporal: { address } });
    await Promise.all([
      assert.rejects(connectTo('127.0.0.1:1'), hasCode('temporal-unreachable')),
      assert.rejects(connectTo(`127.0.0.1:${port}`), hasCode('temporal-unfit')),
    ]);
    server.close();
  });
});

describe('AzitClient on a server that does not know our search attributes', function () {
  this.timeout(60_000);

  it('adds them where it may, and the run starts', async () => {
    const environment = await startTemporal(false);
    const { client, close } = await rig(environment);
    try {
      const run = await client.start(project, { id: 'bare' });
      assert.equal((await run.status()).state, 'running');
      await until('it can be found by them', async () => {
        const query = "AzitState = 'running'";
        for await (const { workflowId } of environment.client.workflow.list({ query }))
          return workflowId === 'azit-bare';
        return false;
      });
      await run.cancel();
    } finally {
      await close();
      await environment.teardown();
    }
  });
});
