import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { ComfyError, createComfyClient, fillGraph, parseGraph, readPixels } from '../../../src/comfyui/index.js';
import type { ComfyClient, GraphValues, RenderJob } from '../../../src/comfyui/index.js';
import { until } from './client.js';
import { endlessGraph, loraGraph, newSeed, own, plainGraph, samplerGraph, saveNode, type TestGraph } from './graphs.js';
import { adapterOf, fileOf, layerOf, type Layer, type Tensors } from './lora-files.js';
import { describeContract } from './server.js';

/** Titles of the suite's graphs, by node id. */
const titles: Record<string, string> = {
  '2': 'azit:prompt',
  '3': 'azit:negative',
  '4': 'azit:size',
  '5': 'azit:seed',
  '7': 'azit:save',
  '8': 'azit:lora',
};

const kind = (wanted: string) => (error: unknown) => error instanceof ComfyError && error.kind === wanted;

describeContract('our client on it', (server) => {
  let client: ComfyClient;
  let folder: string;

  before(async () => {
    const { url, headers, lorasDir } = server().place;
    folder = await mkdtemp(path.join(os.tmpdir(), 'azit-contract-'));
    client = createComfyClient({
      baseUrl: url,
      headers,
      lorasDir: lorasDir ?? undefined,
      timeouts: { cancelMs: 30_000, listMs: 10_000 },
    });
  });
  after(async () => {
    await client.close();
    await rm(folder, { recursive: true, force: true });
  });

  function jobOf(values: Partial<GraphValues> = {}): RenderJob {
    const { checkpoint } = server();
    const bare = values.lora ? loraGraph(checkpoint, '') : samplerGraph(checkpoint);
    const titled = Object.entries(bare).map(([id, node]) => [id, { ...node, _meta: { title: titles[id] ?? id } }]);
    const graph = parseGraph(Object.fromEntries(titled), 'the suite');
    const seed = values.seed ?? newSeed();
    return {
      promptId: randomUUID(),
      graph: fillGraph(graph, { prompt: 'portrait photo, front view', ...values, seed }),
    };
  }
  const jobWith = (nodes: ReturnType<typeof plainGraph>): RenderJob => ({
    promptId: randomUUID(),
    graph: parseGraph(
      Object.fromEntries(
        Object.entries(nodes).map(([id, node]) => [
          id,
          { ...node, _meta: { title: node.class_type === 'SaveImage' ? 'azit:save' : id } },
        ]),
      ),
      'the suite',
    ),
  });

  it('renders an image of the size asked for, and says how long the server took', async () => {
    const image = await client.render(jobOf({ size: { width: 128, height: 64 } }));
    const { width, height } = await sharp(image.bytes).metadata();
    assert.deepEqual([width, height, image.cached], [128, 64, false]);
    assert.ok(image.executionMs >= 0);
    assert.equal(createHash('sha256').update(image.bytes).digest('hex'), image.sha256);
  });

  it('attaches to a prompt that was rendered, instead of rendering it again', async () => {
    const job = jobOf();
    const first = await client.render(job);
    const numberBefore = await submittedSoFar();
    assert.equal((await client.render(job)).sha256, first.sha256);
    assert.equal(await submittedSoFar(), numberBefore + 1, 'only the probe was submitted in between');
  });

  /** The server numbers what is submitted. */
  async function submittedSoFar(): Promise<number> {
    const id = await server().submit(plainGraph());
    return (await server().finished(id)).prompt[0] as number;
  }

  it('renders many two deep, each once', async () => {
    const jobs = Array.from({ length: 6 }, () => jobOf());
    const seen: string[] = [];
    for await (const { job, image } of client.renderAll(jobs)) {
      assert.ok(image.bytes.length > 0);
      seen.push(job.promptId);
    }
    assert.deepEqual(seen.sort(), jobs.map(({ promptId }) => promptId).sort());
  });

  it('removes what it had saved, also from the folder of a date (--date-based-output)', async function () {
    const { url, headers, outputDir } = server().place;
    if (outputDir === null) this.skip();
    const sharing = createComfyClient({ baseUrl: url, headers, outputDir });
    const job = jobOf();
    await sharing.render(job);
    const saved = Object.values(job.graph).find(({ class_type }) => class_type === 'SaveImage');
    const name = path.basename(String(saved?.inputs.filename_prefix));
    const ours = async (): Promise<string[]> =>
      (await readdir(outputDir, { recursive: true })).filter((one) => path.basename(one).startsWith(name));
    assert.equal((await ours()).length, 1);
    await sharing.removeOutputs([job.graph]);
    assert.deepEqual(await ours(), []);
    await sharing.close();
  });

  it('finds a prompt queued, running, done, failed, cancelled, lost', async () => {
    const state = async (id: string) => (await client.find(id)).kind;
    const [running, waiting] = [
      await server().submit(endlessGraph(server().checkpoint)),
      await server().submit(plainGraph()),
    ];
    await server().running(running);
    assert.deepEqual(
      [await state(running), await state(waiting), await state(randomUUID())],
      ['running', 'queued', 'lost'],
    );
    await server().stopped(running);
    await server().finished(waiting);
    assert.deepEqual([await state(running), await state(waiting)], ['cancelled', 'done']);
    const failed = await server().run(plainGraph('../../evil'));
    assert.equal(await state(failed.prompt[1] as string), 'failed');
  });

  it('cancels what waits and what runs, and returns when both are gone', async () => {
    const [running, waiting] = [
      await server().submit(endlessGraph(server().checkpoint)),
      await server().submit(plainGraph()),
    ];
    await server().running(running);
    await client.cancel(waiting);
    await client.cancel(running);
    assert.deepEqual(await server().json('/queue'), { queue_running: [], queue_pending: [] });
    assert.equal((await client.find(waiting)).kind, 'lost');
  });

  it('an aborted render is off the server when it throws', async () => {
    const abort = new AbortController();
    const { promptId } = jobOf();
    const rendering = client.render(
      { ...jobWith(endlessGraph(server().checkpoint)), promptId },
      { signal: abort.signal },
    );
    await server().running(promptId);
    abort.abort(new Error('enough'));
    await assert.rejects(rendering, /enough/);
    assert.deepEqual((await server().json('/queue')).queue_running, []);
  });

  it('renders again what somebody else cleared from the queue', async () => {
    const blocker = await server().submit(endlessGraph(server().checkpoint));
    const job = jobOf();
    const rendering = client.render(job);
    await until(async () => (await server().json('/queue')).queue_pending.length === 1);
    await server().post('/queue', { clear: true });
    await server().stopped(blocker);
    assert.ok((await rendering).bytes.length > 0);
  });

  it('tells what is missing on the server, what is wrong in the graph, and out of memory apart', async () => {
    const broken = loraGraph(server().checkpoint, 'none.safetensors');
    await assert.rejects(client.render(jobWith(broken)), kind('missing-on-server'));
    await assert.rejects(
      client.render(jobWith({ '1': { class_type: 'Nope', inputs: {} }, '2': saveNode(['1', 0]) })),
      kind('missing-on-server'),
    );
    await assert.rejects(client.render(jobWith(plainGraph('../../evil'))), kind('validation'));
    const huge = plainGraph();
    Object.assign(huge['1'].inputs, { width: 16384, height: 16384, batch_size: 4096 });
    await assert.rejects(client.render(jobWith(huge)), kind('out-of-memory'));
    const partly = { ...plainGraph(), bad: saveNode(['99', 0]) };
    await assert.rejects(
      client.render(jobWith(partly)),
      (error) => error instanceof ComfyError && error.type === 'graph-invalid',
    );
  });

  it('uploads an image once, under a name that LoadImage takes', async () => {
    const { bytes, sha256 } = await client.render(jobOf());
    const [first, second] = [await client.uploadImage(bytes, sha256), await client.uploadImage(bytes, sha256)];
    assert.equal(first, second);
    const graph = { ...plainGraph(), '1': { class_type: 'LoadImage', inputs: { image: first } } };
    const copied = await client.render(jobWith(graph));
    assert.equal((await readPixels(copied.bytes))?.sha256, (await readPixels(bytes))?.sha256);
  });

  it('says who the server is, and what it lacks', async () => {
    assert.equal((await client.stats()).version, server().place.version);
    const inventory = client.inventory();
    assert.deepEqual(await inventory.gapsOf(jobOf().graph), []);
    assert.deepEqual(await inventory.gapsOf(jobWith({ '1': { class_type: 'Nope', inputs: {} } }).graph), [
      { kind: 'node', node: 'Nope' },
    ]);
    const other = jobWith(samplerGraph('none.safetensors', { sampler_name: 'nope' })).graph;
    const gaps = await inventory.gapsOf(other);
    assert.deepEqual(gaps.map((gap) => gap.kind).sort(), ['file', 'option']);
  });

  const graphs: [title: string, graph: () => TestGraph, ok: boolean][] = [
    ['all in order', () => samplerGraph(server().checkpoint), true],
    ['a plain one', () => plainGraph(), true],
    ['an input of no use', () => changed({ '1': { useless: 1 } }), true],
    ['a required input missing', () => changed({ '5': { scheduler: undefined } }), false],
    ['a number below its range', () => changed({ '5': { steps: 0 } }), false],
    ['a number above its range', () => changed({ '4': { width: 100_000 } }), false],
    ['a choice that is none', () => changed({ '5': { sampler_name: 'nope' } }), false],
    ['a file that is not there', () => changed({ '1': { ckpt_name: 'none.safetensors' } }), false],
    ['a link of another type', () => changed({ '6': { vae: ['1', 0] } }), false],
    ['a link to no output', () => changed({ '2': { clip: ['1', 7] } }), false],
    ['a node that is not there', () => ({ ...plainGraph(), '1': { class_type: 'Nope', inputs: {} } }), false],
    [
      'an image that is not there',
      () => ({ ...plainGraph(), '1': { class_type: 'LoadImage', inputs: { image: 'no.png' } } }),
      false,
    ],
  ];
  function changed(inputs: Record<string, Record<string, unknown>>): TestGraph {
    const graph = samplerGraph(server().checkpoint);
    for (const [id, values] of Object.entries(inputs)) Object.assign(graph[id].inputs, values);
    return JSON.parse(JSON.stringify(graph)) as TestGraph;
  }
  for (const [title, make, ok] of graphs)
    it(`what the check says of a graph is what the server says: ${title}`, async () => {
      const graph = make();
      const gaps = await client.inventory().gapsOf(jobWith(graph).graph);
      assert.equal(gaps.length === 0, ok, JSON.stringify(gaps));
      assert.equal((await server().post('/prompt', { prompt: graph })).status, ok ? 200 : 400);
    });

  it('misses an input that is null, which the server takes and fails at', async () => {
    const { graph } = jobWith(changed({ '5': { latent_image: null } }));
    const missing = { kind: 'input', node: 'KSampler', input: 'latent_image' };
    assert.deepEqual(await client.inventory().gapsOf(graph), [missing]);
  });

  describe('with LoRAs', () => {
    let layer: Layer;
    before(async function () {
      if (server().place.lorasDir === null) this.skip();
      layer = await layerOf(server());
    });

    /** Publishes a LoRA, renders with it and tells what the server's log says of it. */
    async function effectOf(tensors: Tensors) {
      const bytes = fileOf(tensors);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const file = path.join(folder, `${sha256}.safetensors`);
      await writeFile(file, bytes, { mode: 0o600 });
      const name = await client.ensureLora(file, sha256, own);
      const mark = await client.logMark();
      const pixels = async (values: Partial<GraphValues>) =>
        (await readPixels((await client.render(jobOf({ seed: 5, ...values }))).bytes))?.sha256;
      const drawn = await pixels({ lora: { name, strength: 1 } });
      const report = await client.loraReport(mark);
      const control = await pixels({});
      await rm(path.join(server().place.lorasDir as string, name));
      return { moved: drawn !== control, ...report };
    }
    const key = (name: string) => [`${name}.lora_A.weight`, `${name}.lora_B.weight`];

    it('one that fits moves the image, and the log says nothing', async () => {
      assert.deepEqual(await effectOf(adapterOf(layer, 1)), { moved: true, notLoaded: [], shapeErrors: [] });
    });

    it('keys that match nothing are named, and the image stays', async () => {
      const { moved, notLoaded } = await effectOf(adapterOf({ ...layer, name: 'transformer.blocks.0' }, 1));
      assert.deepEqual([moved, notLoaded.sort()], [false, key('transformer.blocks.0')]);
    });

    it('shapes that do not fit are named, and the image stays', async () => {
      const { moved, shapeErrors } = await effectOf(adapterOf({ ...layer, rows: layer.rows + 1 }, 1));
      assert.equal(moved, false);
      assert.ok(shapeErrors.length === 1 && shapeErrors[0].startsWith(`${layer.name}.weight shape`), shapeErrors[0]);
    });

    it("somebody else's lost keys in the same log are not those of our prompts", async () => {
      const place = path.join(server().place.lorasDir as string, own);
      await mkdir(place, { recursive: true });
      const lora = async (name: string) => {
        const bytes = fileOf(adapterOf({ ...layer, name }, 1));
        await writeFile(path.join(place, `${name}.safetensors`), bytes);
        return { name: `${own}/${name}.safetensors`, strength: 1 };
      };
      const [ours, theirs] = [await lora('our.layer'), await lora('their.layer')];
      const since = await client.logMark();
      await client.render(jobOf({ lora: theirs }));
      const { executions } = await client.render(jobOf({ lora: ours }));
      const report = await client.loraReport(since, { since, executions });
      assert.deepEqual(report.ours?.notLoaded.sort(), key('our.layer'));
      assert.deepEqual(report.elsewhere?.notLoaded.sort(), key('their.layer'));
    });

    it('one that is applied in part moves the image, and what was lost is named', async () => {
      const both = new Map([...adapterOf(layer, 1), ...adapterOf({ ...layer, name: 'nobody.knows' }, 1)]);
      const { moved, notLoaded } = await effectOf(both);
      assert.deepEqual([moved, notLoaded.sort()], [true, key('nobody.knows')]);
    });

    it('NaN is refused before it reaches the server', async () => {
      const tensors = adapterOf(layer, 1);
      [...tensors.values()][0].data[0] = NaN;
      await assert.rejects(effectOf(tensors), kind('lora-broken'));
    });
  });
});
