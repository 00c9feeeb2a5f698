import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RenderJob, RenderProgress } from '../../src/comfyui/index.js';
import { latch, newJob, newJobs, startRig, type Rig } from './rig.js';

describe('comfyui render', () => {
  let rig: Rig;
  before(async () => (rig = await startRig()));
  after(() => rig.close());
  afterEach(() => rig.proxy.heal());
  const posts = (): number => rig.proxy.count(/^POST \/prompt/);
  const queue = async (): Promise<{ queue_running: unknown[]; queue_pending: unknown[] }> =>
    (await (await fetch(`${rig.serverUrl}/queue`)).json()) as never;
  const send = (path: string, body: object): Promise<Response> =>
    fetch(`${rig.serverUrl}${path}`, { method: 'POST', body: JSON.stringify(body) });
  const once = (state: RenderProgress['state']) => {
    const { opened, open } = latch();
    return { reached: opened, onProgress: (progress: RenderProgress) => progress.state === state && open() };
  };

  it('gives the whole image with its hash, and says how long the server took', async () => {
    const { bytes, sha256, mediaType, cached, executionMs } = await rig.client.render(newJob());
    assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
    assert.match(sha256, /^[0-9a-f]{64}$/);
    assert.deepEqual([mediaType, cached], ['image/png', false]);
    assert.ok(executionMs > 0);
  });

  it('attaches to a prompt that another attempt submitted, instead of rendering twice', async () => {
    const job = newJob();
    const before = posts();
    const { reached, onProgress } = once('running');
    const first = rig.client.render(job, { onProgress });
    await reached;
    const second = rig.another().render(job);
    assert.equal((await first).sha256, (await second).sha256);
    assert.equal((await rig.another().render(job)).sha256, (await first).sha256, 'attaches to a finished one too');
    assert.equal(posts() - before, 1);
  });

  it('never takes the image of another graph, though the id is the same', async () => {
    const old = await rig.client.render(newJob({ seed: 1001 }, 'reused'));
    const wanted = newJob({ seed: 1002 }, 'reused');
    const image = await rig.client.render(wanted);
    assert.notEqual(image.sha256, old.sha256);
    assert.equal(image.sha256, (await rig.client.render(newJob({ seed: 1002 }))).sha256);
  });

  it("has only the node titled azit:save run of a person's graph with other savers and previews", async () => {
    const { promptId, graph } = newJob();
    const saver = (filename_prefix: string) => ({
      class_type: 'SaveImage',
      inputs: { images: ['7', 0], filename_prefix },
    });
    const preview = { class_type: 'PreviewImage', inputs: { images: ['7', 0] } };
    const noted = { ...graph, '1b': saver('theirs'), '9': preview, '10': saver('../outside') };
    const image = await rig.client.render({ promptId, graph: noted });
    const { kind, outputs } = (await rig.client.find(promptId)) as { kind: string; outputs: object };
    assert.deepEqual([kind, Object.keys(outputs)], ['done', ['8']]);
    assert.ok(image.bytes.length > 0);
  });

  it('draws anew what is wanted fresh, though the server has it in its cache', async () => {
    const values = { seed: 2002 };
    const first = await rig.client.render(newJob(values));
    const again = await rig.client.render({ ...newJob(values), fresh: true });
    assert.deepEqual([again.cached, again.sha256], [false, first.sha256]);
    const other = { ...newJob({ seed: 2003 }), fresh: true };
    await rig.client.render(other);
    const state = await rig.client.find(other.promptId);
    assert.deepEqual(state.kind === 'done' && state.cachedNodes, [], 'its loader neither');
  });

  it('gives equal work equal bytes under other prompt ids and numbers of the file', async () => {
    const values = { seed: 2001 };
    const first = await rig.client.render(newJob(values));
    await rig.client.free();
    const second = await rig.client.render(newJob(values));
    assert.equal(second.cached, false);
    assert.equal(first.sha256, second.sha256);
    assert.equal((await rig.client.render(newJob(values))).cached, true);
  });

  it('renders again when its file was deleted before the download, though the server says success', async () => {
    const job = newJob();
    const before = await rig.client.render(job);
    await rm(join(rig.folder, 'output', 'azit'), { recursive: true });
    assert.equal((await rig.client.render(job)).sha256, before.sha256);
  });

  it('keeps two prompts in the queue, not one and not all', async () => {
    const waiting: number[] = [];
    rig.proxy.before = async (line) => {
      if (!line.startsWith('POST /prompt')) return;
      const { queue_running, queue_pending } = await queue();
      waiting.push(queue_running.length + queue_pending.length);
    };
    const jobs = newJobs(6);
    const ids: string[] = [];
    for await (const { job } of rig.client.renderAll(jobs)) ids.push(job.promptId);
    assert.deepEqual(ids.sort(), jobs.map(({ promptId }) => promptId).sort());
    assert.ok(
      waiting.every((count) => count <= 1),
      `before each post: ${waiting.join()}`,
    );
    assert.ok(waiting.includes(1), `before each post: ${waiting.join()}`);
  });

  it('goes on submitting while the consumer is busy, up to a bound', async () => {
    const taken: RenderJob[] = [];
    function* supply() {
      for (const job of newJobs(40)) {
        taken.push(job);
        yield job;
      }
    }
    const enough = latch();
    rig.proxy.before = () => (taken.length >= 6 ? enough.open() : undefined);
    for await (const _ of rig.client.renderAll(supply())) {
      await enough.opened;
      break;
    }
    assert.ok(taken.length < 20, `${taken.length} jobs were taken`);
    assert.deepEqual(await queue(), { queue_running: [], queue_pending: [] }, 'leaving the loop leaves nothing queued');
  });

  it('takes jobs from an asynchronous source, and passes on its failure', async () => {
    async function* source() {
      yield newJob();
      await Promise.resolve();
      throw new Error('no more');
    }
    const rendering = (async () => {
      for await (const _ of rig.client.renderAll(source()));
    })();
    await assert.rejects(rendering, /no more/);
    assert.deepEqual(await queue(), { queue_running: [], queue_pending: [] });
  });

  it('has cancelled a running and a waiting prompt, every copy, before cancel returns', async () => {
    const [running, waiting] = newJobs(2);
    for (const { promptId, graph } of [running, waiting, waiting]) {
      await send('/prompt', { prompt: graph, prompt_id: promptId, client_id: 'somebody' });
    }
    await rig.client.cancel(waiting.promptId);
    assert.deepEqual((await queue()).queue_pending, []);
    await rig.client.cancel(running.promptId);
    assert.deepEqual(await queue(), { queue_running: [], queue_pending: [] });
    await rig.client.cancel(running.promptId);
  });

  it('aborts: the prompt is out of the queue before the promise rejects with the reason', async () => {
    const jobs = newJobs(3);
    const controller = new AbortController();
    const started = once('running');
    const ends = jobs.map((job) =>
      rig.client.render(job, { signal: controller.signal, onProgress: started.onProgress }),
    );
    const settled = Promise.allSettled(ends);
    await started.reached;
    controller.abort(new Error('the person said stop'));
    for (const end of await settled) {
      assert.equal(end.status, 'rejected');
      assert.match(String(end.reason), /the person said stop/);
    }
    assert.deepEqual(await queue(), { queue_running: [], queue_pending: [] });
    await assert.rejects(rig.client.render(newJob(), { signal: controller.signal }), /the person said stop/);
  });

  it('aborts a batch: nothing of it stays in the queue', async () => {
    const controller = new AbortController();
    const batch = rig.client.renderAll(newJobs(8), { signal: controller.signal });
    await batch.next();
    controller.abort(new Error('enough'));
    await assert.rejects(async () => {
      for await (const _ of batch);
    }, /enough/);
    assert.deepEqual(await queue(), { queue_running: [], queue_pending: [] });
  });

  it('does not take the failure of an earlier attempt for its own', async () => {
    let job = newJob();
    // On a busy machine one may be done before the server hears that it is not wanted.
    for (let state = 'done'; state === 'done'; state = (await rig.client.find(job.promptId)).kind) {
      job = newJob();
      const started = once('running');
      const controller = new AbortController();
      const first = rig.client.render(job, { ...started, signal: controller.signal });
      await started.reached;
      controller.abort();
      await assert.rejects(first);
    }
    assert.equal((await rig.client.find(job.promptId)).kind, 'cancelled');
    assert.ok((await rig.client.render(job)).bytes.length > 0);
  });
});
