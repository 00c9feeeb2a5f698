import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createRenderActivities } from '../../src/activities/render-batch.js';
import type { ArtifactStore } from '../../src/artifacts/artifact-store.js';
import { contentPath } from '../../src/artifacts/path.js';
import { openStore } from '../../src/artifacts/store.js';
import { createComfyClient, type ComfyClient } from '../../src/comfyui/index.js';
import type { RenderBatchInput, RenderBatchResult } from '../../src/run/contracts.js';
import { startSandboxComfy, type SandboxComfy } from '../../src/sandbox/comfyui/index.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';
import { until } from '../support/until.js';

describe('renders that runs share', function () {
  this.timeout(60_000);
  let folder: string;
  let server: SandboxComfy;
  let comfy: ComfyClient;
  let store: ArtifactStore;
  /** Prompts that were sent to the server. */
  let sent = 0;
  let stores = 0;
  /** Runs of which Temporal would say that their attempt works. */
  const working = new Set<string>();
  /** How often that was asked. */
  let looks = 0;

  before(async () => {
    folder = await temporaryFolder();
    server = await startSandboxComfy({ port: 0, baseDirectory: join(folder, 'comfyui') });
    const client = createComfyClient({ baseUrl: server.url });
    comfy = {
      ...client,
      renderAll: (jobs, options) => {
        sent += [...(jobs as Iterable<unknown>)].length;
        return client.renderAll(jobs, options);
      },
    };
  });
  beforeEach(async () => {
    store = await openStore(join(folder, `stores/${++stores}`));
    sent = 0;
    working.clear();
    looks = 0;
  });
  after(async () => {
    await comfy.close();
    await server.close();
    await removeTemporaryFolders();
  });

  async function render(input: Partial<RenderBatchInput>, server = comfy): Promise<RenderBatchResult> {
    const isAtWork = ({ runId }: { runId: string }): Promise<boolean> => {
      looks += 1;
      return Promise.resolve(working.has(runId));
    };
    const { renderBatch } = createRenderActivities({ comfy: server, store, workDir: join(folder, 'work'), isAtWork });
    const asked: RenderBatchInput = {
      runId: 'first',
      stage: 'sweep',
      unit: 'baseline',
      family: 'sandbox',
      graph: 'text-to-image',
      negative: '',
      size: { width: 64, height: 64 },
      items: [item('a', 1), item('a', 2)],
      ...input,
    };
    return await new MockActivityEnvironment().run(renderBatch, asked);
  }
  const item = (prompt: string, seed: number, key = `${prompt}.${seed}`) => ({ key, prompt, seed });
  async function claims(): Promise<number> {
    const folder = join(store.location, 'records/renders/claims');
    return (await readdir(folder, { recursive: true }).catch(() => [])).filter((name) => /-1\b/.test(name)).length;
  }
  const hashes = ({ items }: RenderBatchResult): string[] => items.map(({ image }) => image.sha256);

  it('another run takes what one has rendered, whatever it calls it, and renders what is new', async () => {
    const first = await render({});
    assert.equal(first.reused, undefined);
    const items = [item('a', 1, 'renamed.0'), item('b', 1), item('a', 2, 'renamed.1')];
    const second = await render({ runId: 'second', unit: 'other', items });
    assert.equal(sent, 3);
    assert.deepEqual([hashes(second)[0], hashes(second)[2]], hashes(first));
    assert.deepEqual(
      second.items.map(({ key, image: { name } }) => [key, name]),
      [
        ['renamed.0', 'renamed.0.png'],
        ['b.1', 'b.1.png'],
        ['renamed.1', 'renamed.1.png'],
      ],
    );
    assert.deepEqual(second.reused, { images: 2, runs: ['first'] });
  });

  for (const [what, change] of [
    ['size', { size: { width: 64, height: 96 } }],
    ['denoise', { denoise: 0.5 }],
    ['negative prompt', { negative: 'blur' }],
  ] as const)
    it(`another ${what} is another render`, async () => {
      await render({});
      const second = await render({ runId: 'second', ...change });
      assert.equal(second.reused, undefined);
      assert.equal(sent, 4);
    });

  it('an image that is damaged in the store is rendered again, and the store is whole again', async () => {
    const first = await render({});
    const path = contentPath(store.location, first.items[0].image.sha256);
    await rm(path);
    await writeFile(path, 'torn');
    const second = await render({ runId: 'second' });
    assert.equal(sent, 3);
    assert.deepEqual(hashes(second), hashes(first));
    assert.equal((await store.readBytes(second.items[0].image)).length, first.items[0].image.bytes);
  });

  it('after a refusal a unit is rendered anew, once, and later runs take the new images', async () => {
    await render({});
    await render({ round: 1 });
    await render({ round: 1 });
    assert.equal(sent, 4);
    assert.deepEqual((await render({ runId: 'second' })).reused, { images: 2, runs: ['first'] });
    assert.equal(sent, 4);
  });

  it('two runs at the same time render each image once, and each has all', async () => {
    for (const runId of ['first', 'second']) working.add(runId);
    const items = [item('a', 1), item('a', 2), item('a', 3)];
    const [first, second] = await Promise.all([
      render({ items }),
      render({ runId: 'second', items: [...items.toReversed(), item('a', 4)] }),
    ]);
    assert.equal(sent, 4);
    assert.deepEqual(hashes(second).slice(0, 3).toReversed(), hashes(first));
    assert.equal((first.reused?.images ?? 0) + (second.reused?.images ?? 0), 3);
  });

  it('what a run has claimed that no longer works is rendered by whoever waits for it', async () => {
    working.add('first');
    const stopped = new AbortController();
    const unreachable: ComfyClient = {
      ...comfy,
      // eslint-disable-next-line require-yield
      async *renderAll() {
        await once(stopped.signal, 'abort');
        throw new Error('its machine is gone');
      },
    };
    const dies = render({}, unreachable);
    await until('it has claimed', async () => (await claims()) === 2);
    const second = render({ runId: 'second' });
    await until('the second has seen the claims', () => looks > 0);
    working.delete('first');
    assert.equal((await second).reused, undefined);
    assert.equal(sent, 2);
    stopped.abort();
    await assert.rejects(dies, /its machine is gone/);
  });

  it('fresh work is done whatever the store has, and once', async () => {
    await render({});
    const fresh = await render({ runId: 'second', fresh: true });
    assert.equal(fresh.reused, undefined);
    await render({ runId: 'second', fresh: true });
    assert.equal(sent, 4);
  });
});
