import assert from 'node:assert/strict';
import type { ArtifactStore } from '../../src/artifacts/artifact-store.js';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import sharp from 'sharp';
import { clearLoraFiles } from '../../src/activities/lora-file.js';
import { createRenderActivities } from '../../src/activities/render-batch.js';
import type { RenderBatchInput, RenderBatchResult } from '../../src/run/contracts.js';
import type { ArtifactRef } from '../../src/run/ref.js';
import { serializeSafetensors } from '../support/safetensors.js';
import { openStore } from '../../src/artifacts/store.js';
import {
  createComfyClient,
  loadFamilyGraph,
  readPixels,
  type ComfyClient,
  type RenderJob,
} from '../../src/comfyui/index.js';
import { startSandboxComfy, type SandboxComfy } from '../../src/sandbox/comfyui/index.js';
import { EMBEDDING, TRAINABLE } from '../../src/sandbox/model/adapter.js';
import { loraFault } from '../../src/workflows/lora-effect.js';
import { S3Server } from '../artifacts/s3-server.js';

const rank = 2;
const scene = 'diffusion_model.scene';

/** Random, but the same each time; `up` of zeros is a LoRA that nobody has trained. */
function tensors(prefix: string, amplitude: number, width = EMBEDDING): [string, number[], number[]][] {
  const values = (count: number): number[] => Array.from({ length: count }, (_, index) => Math.sin(index * 7.3));
  return [
    [`${prefix}.lora_A.weight`, [rank, width], values(rank * width)],
    [`${prefix}.lora_B.weight`, [TRAINABLE.length, rank], values(TRAINABLE.length * rank).map((x) => x * amplitude)],
  ];
}

const fileOf = (all: [string, number[], number[]][]): Buffer =>
  serializeSafetensors(new Map(all.map(([name, shape, data]) => [name, { dtype: 'F32' as const, shape, data }])));

describe("renders of the sweep beside the control's", function () {
  this.timeout(60_000);
  let folder: string;
  let server: SandboxComfy;
  let comfy: ComfyClient;
  let store: ArtifactStore;
  let control: RenderBatchResult;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'azit-sweep-'));
    const baseDirectory = join(folder, 'comfyui');
    server = await startSandboxComfy({ port: 0, baseDirectory });
    comfy = createComfyClient({ baseUrl: server.url, lorasDir: join(baseDirectory, 'models', 'loras') });
    store = await openStore(join(folder, 'store'));
    control = await render('baseline');
  });
  after(async () => {
    await comfy.close();
    await server.close();
    await rm(folder, { recursive: true });
  });

  async function render(
    unit: string,
    lora?: Buffer,
    from: ComfyClient = comfy,
    ownGraph?: ArtifactRef,
    kept: ArtifactStore = store,
    withoutLora?: true,
  ): Promise<RenderBatchResult> {
    const { renderBatch } = createRenderActivities({ comfy: from, store: kept, workDir: join(folder, 'work') });
    const file = lora && (await kept.putBytes(lora, { name: unit, mediaType: 'application/octet-stream' }));
    const input: RenderBatchInput = {
      runId: 'mina',
      stage: 'sweep',
      unit,
      family: 'sandbox',
      graph: lora ? 'text-to-image-lora' : 'text-to-image',
      ownGraph,
      withoutLora,
      negative: '',
      size: { width: 64, height: 64 },
      lora: file && { file, strength: 1, label: unit },
      items: [1, 2].map((seed) => ({ key: `base.${seed}`, prompt: 'portrait of mnaz', seed })),
    };
    return await new MockActivityEnvironment().run(renderBatch, input);
  }

  it('a LoRA that fits is no fault', async () => {
    assert.equal(loraFault(10, await render('fits', fileOf(tensors(scene, 1))), control), null);
  });

  it('one of another model, rendered "successfully", has no effect, and its first keys are named', async () => {
    const fault = loraFault(10, await render('foreign', fileOf(tensors('transformer.blocks.0', 1))), control);
    assert.equal(fault?.type, 'lora-has-no-effect');
    assert.match(
      fault.message,
      /step 10 changes nothing: all 2 images.*skipped 2 keys: .*transformer\.blocks\.0\.lora_A\.weight/,
    );
  });

  it('one of another size has no effect, in the words of the server', async () => {
    const fault = loraFault(10, await render('size', fileOf(tensors(scene, 1, 8))), control);
    assert.equal(fault?.type, 'lora-has-no-effect');
    assert.match(fault.message, /diffusion_model\.scene\.weight shape .* is invalid/);
  });

  it('one that nobody has trained has no effect, though the log is silent', async () => {
    const fault = loraFault(10, await render('zeros', fileOf(tensors(scene, 0))), control);
    assert.equal(fault?.type, 'lora-has-no-effect');
    assert.match(fault.message, /does not say why/);
  });

  it('one of which a part is lost is a fault too, though its images change', async () => {
    const both = [...tensors(scene, 1), ...tensors('lora_te1.text_model', 1)];
    const fault = loraFault(10, await render('partly', fileOf(both)), control);
    assert.equal(fault?.type, 'lora-partly-applied');
    assert.match(fault.message, /lora_te1\.text_model\.lora_A\.weight/);
  });

  it('an image that another version rendered is told as that of the last one', async () => {
    const versions = ['0.3.64', '0.33.0'];
    const replaced: ComfyClient = {
      ...comfy,
      async *renderAll(jobs, options) {
        // On a busy machine the second image may come first.
        const asked: RenderJob[] = [];
        const noted = async function* () {
          for await (const job of jobs) {
            asked.push(job);
            yield job;
          }
        };
        for await (const { job, image } of comfy.renderAll(noted(), options)) {
          const server = { ...image.server!, product: null, version: versions[asked.indexOf(job)], flags: ['--cpu'] };
          yield { job, image: { ...image, server } };
        }
      },
    };
    const own = await openStore(join(folder, 'replaced'));
    const batch = await render('replaced', undefined, replaced, undefined, own);
    const servers = [
      { version: '0.3.64', flags: ['--cpu'] },
      { version: '0.33.0', flags: ['--cpu'] },
    ];
    assert.deepEqual(batch.servers, servers);
    assert.deepEqual(
      batch.items.map(({ server }) => server),
      ['0.3.64', '0.33.0'],
    );
    const kept = await render('replaced', undefined, comfy, undefined, own);
    assert.deepEqual(
      kept.servers,
      servers.map(({ version }) => ({ version })),
    );
  });

  const strangers: [string, string[], string[]][] = [
    ['keys that we do not have', ['somebody.else.lora_A.weight'], []],
    [
      'a matrix that we do not have',
      [],
      ["diffusion_model.other.weight shape '[8, 8]' is invalid for input of size 72"],
    ],
    ['another size of ours', [], ["diffusion_model.scene.weight shape '[8, 8]' is invalid for input of size 7"]],
  ];
  for (const [index, [what, notLoaded, shapeErrors]] of strangers.entries())
    it(`a stranger's LoRA in the same log is not ours: ${what}`, async () => {
      const shared: ComfyClient = { ...comfy, loraReport: () => Promise.resolve({ notLoaded, shapeErrors }) };
      const lora = fileOf(tensors(scene, 2 + index / 10));
      assert.equal(loraFault(10, await render(`stranger-${index}`, lora, shared), control), null);
    });

  it("a stranger's misfit is blamed on a LoRA whose names are not the model's, if their sizes differ or may be ours", async () => {
    const named = tensors(scene.replace('diffusion_model.', 'transformer.'), 1.9);
    for (const size of [7, 72]) {
      const line = `diffusion_model.joint.qkv.weight shape '[8, 8]' is invalid for input of size ${size}`;
      const shared: ComfyClient = {
        ...comfy,
        loraReport: () => Promise.resolve({ notLoaded: [], shapeErrors: [line] }),
      };
      const batch = await render(`diffusers-${size}`, fileOf(named), shared);
      assert.equal(batch.unapplied, undefined);
      // The sandbox does not apply such names: the control decides.
      assert.equal(loraFault(10, batch, control)?.type, 'lora-has-no-effect');
      const changed = { ...batch, items: batch.items.map((item) => ({ ...item, pixelsSha256: 'changed' })) };
      assert.equal(loraFault(10, changed, control), null);
    }
  });

  it('a LoRA whose images change is said to be lost whole, since somebody used the same keys on another model', async () => {
    const ours = tensors(scene, 1.95);
    const notLoaded = ours.map(([name]) => name);
    const shared: ComfyClient = { ...comfy, loraReport: () => Promise.resolve({ notLoaded, shapeErrors: [] }) };
    assert.equal(loraFault(10, await render('same-keys', fileOf(ours), shared), control), null);
  });

  it("some of a LoRA's keys are called lost by somebody's prompt on another model, before, between and after ours", async () => {
    const ours = tensors(scene, 1.96);
    const lines = { notLoaded: [ours[0][0]], shapeErrors: [] };
    const none = { notLoaded: [], shapeErrors: [] };
    for (const [index, place] of (['elsewhere', 'ours'] as const).entries()) {
      const shared: ComfyClient = {
        ...comfy,
        loraReport: () => {
          return Promise.resolve({ ...none, ours: none, elsewhere: none, [place]: lines });
        },
      };
      const batch = await render(`some-keys-${index}`, fileOf(ours), shared);
      const expected = place === 'ours' ? 'lora-partly-applied' : undefined;
      assert.equal(loraFault(10, batch, control)?.type, expected);
    }
  });

  it('a lost part is not forgotten when progress bars have pushed it out of the log by the end', async () => {
    const lora = fileOf([...tensors(scene, 1.5), ...tensors('lora_te1.other', 1)]);
    let looks = 0;
    const forgetful: ComfyClient = {
      ...comfy,
      loraReport: async (since) => (looks++ === 0 ? await comfy.loraReport(since) : { notLoaded: [], shapeErrors: [] }),
    };
    const fault = loraFault(10, await render('scrolled', lora, forgetful), control);
    assert.equal(fault?.type, 'lora-partly-applied');
  });

  it('an attempt that finds all images made still finds what the log says of them', async () => {
    const lora = fileOf([...tensors(scene, 1.7), ...tensors('lora_te1.again', 1)]);
    await render('again', lora);
    assert.equal(loraFault(10, await render('again', lora), control)?.type, 'lora-partly-applied');
  });

  it('a server that hides its log is judged by its images alone', async () => {
    const refuses = (): Promise<never> => Promise.reject(new Error('403'));
    const hidden: ComfyClient = { ...comfy, loraReport: refuses, logMark: refuses };
    const fault = loraFault(10, await render('hidden', fileOf(tensors('other', 2)), hidden), control);
    assert.match(fault?.message ?? '', /does not say why/);
  });

  it('black images are told from dark ones, and not blamed on the LoRA when the control is black too', async () => {
    const png = async (level: number): Promise<Buffer> =>
      await sharp({ create: { width: 8, height: 8, channels: 3, background: { r: 0, g: 0, b: level } } })
        .png()
        .toBuffer();
    assert.equal((await readPixels(await png(1)))?.black, false);
    const black = await readPixels(await png(0));
    assert.deepEqual(black, { black: true, sha256: createHash('sha256').update(Buffer.alloc(192)).digest('hex') });
    assert.equal(await readPixels(Buffer.from('no image')), null);
    const asBlack = (batch: RenderBatchResult): RenderBatchResult => ({
      ...batch,
      items: batch.items.map((item) => ({ ...item, pixelsSha256: black?.sha256, isBlack: true })),
    });
    assert.equal(loraFault(10, asBlack(control), control)?.type, 'lora-broken');
    assert.equal(loraFault(10, asBlack(control), asBlack(control))?.type, 'lora-has-no-effect');
  });

  it('a LoRA comes from S3 and its images go there; after a cut reply the next attempt goes on', async () => {
    const s3 = new S3Server();
    await s3.listen();
    Object.assign(process.env, s3.env);
    try {
      const kept = await openStore(`s3://${s3.bucket}/run`);
      const lora = fileOf(tensors(scene, 4));
      s3.cuts = 1;
      await assert.rejects(render('s3', lora, comfy, undefined, kept), /gave an unexpected response/);
      const batch = await render('s3', lora, comfy, undefined, kept);
      assert.equal(loraFault(10, batch, control), null);
      for (const { image } of batch.items) assert.ok((await kept.readBytes(image)).length > 0);
    } finally {
      for (const name of Object.keys(s3.env)) delete process.env[name];
      s3.close();
    }
  });

  it('leaves no copy of a LoRA with the worker, whose work it was to carry it', async () => {
    await render('carried', fileOf(tensors(scene, 3)));
    assert.deepEqual(await readdir(join(folder, 'work', 'loras')), []);
    const [old, young] = ['old', 'young'].map((name) => join(folder, 'work', 'loras', `${name}.safetensors`));
    for (const path of [old, young]) await writeFile(path, 'x');
    await utimes(old, 0, 0);
    await clearLoraFiles(join(folder, 'work'));
    assert.deepEqual(await readdir(join(folder, 'work', 'loras')), ['young.safetensors']);
  });

  it('takes each image from the server as soon as it is kept: the next attempt may be another server', async () => {
    const outputDir = join(folder, 'comfyui', 'output');
    const sharing = createComfyClient({ baseUrl: server.url, outputDir });
    let kept = '';
    const cutOff: ComfyClient = {
      ...sharing,
      async *renderAll(jobs, options) {
        for await (const rendered of sharing.renderAll(jobs, options)) {
          if (kept) throw new Error('cut off');
          kept = basename(rendered.job.graph['7'].inputs.filename_prefix as string);
          yield rendered;
        }
      },
    };
    try {
      // Of its own: what another unit has rendered would be taken from the store.
      const empty = await openStore(join(folder, 'cut-off'));
      await assert.rejects(render('cut off', undefined, cutOff, undefined, empty), /cut off/);
      const left = await readdir(join(outputDir, 'azit'));
      assert.deepEqual(
        left.filter((name) => name.startsWith(kept)),
        [],
      );
    } finally {
      await sharing.close();
    }
  });

  it("renders a person's own graph from the store in place of the family's", async () => {
    const template = await loadFamilyGraph('sandbox', 'text-to-image');
    template['5'].inputs.steps = 3;
    const bytes = Buffer.from(JSON.stringify(template));
    const ownGraph = await store.putBytes(bytes, { name: 'mine.json', mediaType: 'application/json' });
    const { items } = await render('own', undefined, comfy, ownGraph);
    const used = JSON.parse((await store.readBytes(items[0].graph)).toString()) as typeof template;
    assert.equal(used['5'].inputs.steps, 3);
  });

  it('the control of an own graph with a LoRA is drawn by that graph, with the LoRA led past', async () => {
    const template = await loadFamilyGraph('sandbox', 'text-to-image-lora');
    template['5'].inputs.steps = 3;
    const bytes = Buffer.from(JSON.stringify(template));
    const ownGraph = await store.putBytes(bytes, { name: 'mine.json', mediaType: 'application/json' });
    const { items } = await render('bypassed', undefined, comfy, ownGraph, store, true);
    const used = JSON.parse((await store.readBytes(items[0].graph)).toString()) as typeof template;
    assert.equal(used['5'].inputs.steps, 3);
    assert.ok(!JSON.stringify(used).includes('lora_name'));
  });

  it('images of an older record, without a hash of their pixels, are passed over', () => {
    const items = control.items.map(({ pixelsSha256: _, ...item }) => item);
    assert.equal(loraFault(10, { ...control, items }, control), null);
    assert.equal(loraFault(10, control, { ...control, items }), null);
  });
});
