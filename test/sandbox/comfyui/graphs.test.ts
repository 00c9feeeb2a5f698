import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { layerShapes } from '../../../src/sandbox/comfyui/layers.js';
import { writeSafetensors } from '../../../src/sandbox/comfyui/safetensors.js';
import { startSandboxComfy, type SandboxComfy } from '../../../src/sandbox/comfyui/index.js';
import type { Client } from '../../comfyui/contract/client.js';
import type { TestGraph } from '../../comfyui/contract/graphs.js';
import { clientOf, temporaryFolder } from '../../comfyui/contract/server.js';

/** The graphs of model family `sandbox`, filled by their titles and really drawn. */
describe('sandbox ComfyUI: the graphs of its family, drawn', () => {
  let base: string;
  let sandbox: SandboxComfy;
  let client: Client;
  const server = () => client;
  before(async () => {
    base = await temporaryFolder();
    sandbox = await startSandboxComfy({ port: 0, baseDirectory: base });
    client = await clientOf(sandbox.url, path.join(base, 'models/loras'));
  });
  after(async () => {
    await sandbox.close();
    await rm(base, { recursive: true, force: true });
  });

  async function familyGraph(kind: string, fill: Record<string, Record<string, unknown>>): Promise<TestGraph> {
    const file = new URL(`../../../src/project/families/sandbox/${kind}.json`, import.meta.url);
    const graph = JSON.parse(await readFile(file, 'utf8')) as TestGraph;
    for (const [title, inputs] of Object.entries(fill)) {
      const node = Object.values(graph).find(({ _meta }) => (_meta as { title: string }).title === `azit:${title}`);
      assert.ok(node, `${kind} has no node titled azit:${title}`);
      for (const name of Object.keys(inputs)) assert.ok(name in node.inputs, `azit:${title} has no input ${name}`);
      Object.assign(node.inputs, inputs);
    }
    return graph;
  }

  const asked = (text: string, seed: number, prefix: string) => ({
    prompt: { text },
    negative: { text: '' },
    seed: { seed },
    size: { width: 256, height: 256 },
    save: { filename_prefix: prefix },
  });
  const run = async (graph: TestGraph) => server().run(graph);

  it('text to image: prompt and seed decide, and the same again gives the same bytes', async () => {
    const graph = await familyGraph('text-to-image', asked('portrait photo, front view', 7, 'g/a'));
    const first = await run(graph);
    const bytes = await server().bytes(first.outputs['7'].images[0]);
    const { width, height, channels } = await sharp(bytes).metadata();
    assert.deepEqual([width, height, channels], [256, 256, 3]);
    const other = await run(await familyGraph('text-to-image', asked('portrait photo, front view', 8, 'g/b')));
    assert.ok(!(await server().pixels(other)).equals(await server().pixels(first)));
    const again = await run(graph);
    assert.ok((await server().bytes(again.outputs['7'].images[0])).equals(bytes));
  });

  it('text to image with a LoRA: the adapter moves the image', async () => {
    const [layer, [rows, columns]] = [...layerShapes][0];
    const wave = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i + 1));
    const tensors = new Map([
      [`${layer}.lora_A.weight`, { shape: [1, columns], data: wave(columns) }],
      [`${layer}.lora_B.weight`, { shape: [rows, 1], data: wave(rows) }],
    ]);
    await writeFile(path.join(base, 'models/loras/l.safetensors'), writeSafetensors(tensors, {}));
    const fill = (strength_model: number) => ({
      ...asked('portrait of mnaz', 7, 'g/l'),
      lora: { lora_name: 'l.safetensors', strength_model },
    });
    const off = await server().pixels(await run(await familyGraph('text-to-image-lora', fill(0))));
    const on = await server().pixels(await run(await familyGraph('text-to-image-lora', fill(1))));
    assert.ok(!on.equals(off));
  });

  /** A drawn picture, as LoadImage names it. Fitting it takes seconds, once for each picture. */
  async function reference(seed: number): Promise<string> {
    const fill = asked('portrait photo, front view, plain background', seed, `g/from-${seed}`);
    const [image] = (await run(await familyGraph('text-to-image', fill))).outputs['7'].images;
    return `${image.subfolder}/${image.filename} [output]`;
  }

  it('edit: the image given decides who is drawn, the prompt how', async () => {
    const edit = async (image: string, text: string) =>
      server().pixels(await run(await familyGraph('edit', { ...asked(text, 3, 'g/edit'), image: { image } })));
    const [one, two] = [await reference(1), await reference(2)];
    const front = await edit(one, 'front view, smiling');
    assert.ok(!(await edit(two, 'front view, smiling')).equals(front), 'another image, another person');
    assert.ok(!(await edit(one, 'yaw 30, smiling')).equals(front), 'another prompt, another view');
    assert.ok((await edit(one, 'front view, smiling')).equals(front), 'the same again');
  }).timeout(240_000);

  it('img2img: with denoise below 1 the latent of an image matters', async () => {
    const image = await reference(1);
    const graph = await familyGraph('edit', { ...asked('front view', 3, 'g/i2i'), image: { image } });
    const encode = Object.entries(graph).find(([, { class_type }]) => class_type === 'VAEEncode') as [string, unknown];
    Object.assign(graph['5'].inputs, { positive: ['2', 0], latent_image: [encode[0], 0] });
    const at = async (denoise: number) => {
      graph['5'].inputs.denoise = denoise;
      return server().pixels(await run(graph));
    };
    const [kept, half, all] = [await at(0), await at(0.5), await at(1)];
    const file = path.join(base, 'output', image.replace(' [output]', ''));
    assert.ok(kept.equals(await sharp(file).raw().toBuffer()), 'denoise 0 keeps the image');
    assert.ok(!half.equals(kept) && !half.equals(all));
  }).timeout(240_000);
});
