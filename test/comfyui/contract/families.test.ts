import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { createComfyClient, fillGraph, loadFamilyGraph, readPixels } from '../../../src/comfyui/index.js';
import type { ApiGraph, ComfyClient, GraphValues } from '../../../src/comfyui/index.js';
import type { GraphKind } from '../../../src/project/families/family.js';
import { families, familyNames, type FamilyName } from '../../../src/project/families/index.js';
import { withModelFiles } from '../../../src/project/model-files.js';
import type { Json } from './client.js';
import { newSeed } from './graphs.js';
import { adapterOf, fileOf, layerOf, place } from './lora-files.js';
import { describeContract } from './server.js';

const kinds: GraphKind[] = ['text-to-image', 'text-to-image-lora', 'edit'];
const graphs = familyNames.flatMap((family) => kinds.map((kind) => ({ family, kind })));

const several = familyNames.flatMap((family) => {
  const { inputImages: images = 1 } = families[family];
  return images > 1 ? [{ family, kind: 'edit' as const, images }] : [];
});

const isLink = (value: unknown): value is [string, number] => Array.isArray(value) && typeof value[0] === 'string';

describeContract(
  'the graphs of the model families',
  (server) => {
    let info: Json;
    let client: ComfyClient;
    before(async () => {
      info = await server().json('/object_info');
      const { url, headers, lorasDir } = server().place;
      client = createComfyClient({ baseUrl: url, headers, lorasDir: lorasDir ?? undefined });
    });
    after(() => client.close());

    for (const { family, kind } of graphs)
      it(`${family} ${kind}: inputs, types, ranges and choices are those of the server's nodes`, async function () {
        if (isOlderThan(family)) this.skip();
        const graph = await loadFamilyGraph(family, kind);
        const files = Object.values(families[family].modelFiles);
        for (const [id, { class_type, inputs }] of Object.entries(graph)) {
          const node = info[class_type];
          // The sandbox has the nodes of its own family and of the simple ones.
          if (!node) continue;
          const { required = {}, optional = {} } = node.input;
          const at = (input: string) => `${class_type} ${id} ${input}`;
          for (const input of Object.keys(required)) assert.ok(input in inputs, `${at(input)} is missing`);
          for (const [input, value] of Object.entries(inputs)) {
            const spec = required[input] ?? optional[input];
            assert.ok(spec, `${at(input)} is unknown`);
            if (value !== '' && !files.includes(value as string))
              assert.equal(problemOf(value, spec, graph), null, at(input));
          }
        }
      });

    for (const { family, kind, images } of [...graphs.map((one) => ({ ...one, images: 1 })), ...several])
      it(`${family} ${kind}${images > 1 ? ` of ${images} images` : ''}: a server refuses it for missing files alone`, async function () {
        if (isOlderThan(family)) this.skip();
        const graph = fillGraph(await loadFamilyGraph(family, kind), {
          prompt: 'a face',
          seed: 1,
          image: kind === 'edit' ? 'none.png' : undefined,
          furtherImages: Array.from({ length: images - 1 }, () => 'none.png'),
          lora: kind === 'text-to-image-lora' ? { name: 'none.safetensors', strength: 1 } : undefined,
        });
        if (Object.values(graph).some(({ class_type }) => !(class_type in info))) this.skip();
        const { url, headers } = server().place;
        const reply = await fetch(`${url}/prompt`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify({ prompt: graph, prompt_id: randomUUID() }),
        });
        const { node_errors: errors } = (await reply.json()) as Json;
        const files = [...Object.values(families[family].modelFiles), 'none.safetensors', 'none.png'];
        const others = Object.values(errors as Record<string, { errors: Json[] }>)
          .flatMap((node) => node.errors)
          .filter(({ details }) => !files.some((file) => String(details).includes(file)));
        assert.deepEqual(others, []);
      });

    /** Older servers have the nodes, and lack a choice. */
    const isOlderThan = (family: FamilyName): boolean => {
      const { comfyui } = families[family];
      return comfyui !== undefined && !server().since(comfyui);
    };

    /** What a server would have against a value. */
    function problemOf(value: unknown, [type, options = {}]: Json, graph: ApiGraph): string | null {
      if (isLink(value)) {
        const from = info[graph[value[0]].class_type];
        return !from || from.output[value[1]] === type || type === '*'
          ? null
          : `${from.output[value[1]]} is no ${type}`;
      }
      const choices = Array.isArray(type) ? type : type === 'COMBO' ? options.options : null;
      if (choices) return choices.includes(value) ? null : `'${String(value)}' is none of ${choices.join(', ')}`;
      const kind = ({ INT: 'number', FLOAT: 'number', STRING: 'string', BOOLEAN: 'boolean' } as Json)[type];
      if (kind !== typeof value) return `${typeof value} is no ${type}`;
      if (type === 'INT' && !Number.isInteger(value)) return 'a fraction';
      return (value as number) < options.min || (value as number) > options.max ? 'out of range' : null;
    }

    describe('sd3, on a checkpoint of another name', () => {
      const size = { width: 64, height: 64 };
      async function render(kind: GraphKind, values: Partial<GraphValues>) {
        const own = { 'sd3.checkpoint': server().checkpoint };
        const template = withModelFiles(await loadFamilyGraph('sd3', kind), 'sd3', own);
        assert.deepEqual(await client.inventory().gapsOf(template), []);
        const graph = fillGraph(template, {
          prompt: 'portrait photo, front view',
          negative: '',
          seed: 1,
          size,
          ...values,
        });
        const { bytes } = await client.render({ promptId: randomUUID(), graph });
        const { width, height } = await sharp(bytes).metadata();
        assert.deepEqual({ width, height }, size);
        return { bytes, pixels: (await readPixels(bytes))?.sha256 };
      }

      it('text to image: the seed decides', async () => {
        const [one, two] = [await render('text-to-image', {}), await render('text-to-image', { seed: newSeed() })];
        assert.notEqual(one.pixels, two.pixels);
      });

      it('img2img: the image given and the denoise decide', async () => {
        const { bytes } = await render('text-to-image', {});
        const image = await client.uploadImage(bytes, createHash('sha256').update(bytes).digest('hex'));
        const [little, much] = [
          await render('edit', { image, denoise: 0.3 }),
          await render('edit', { image, denoise: 0.8 }),
        ];
        assert.notEqual(little.pixels, much.pixels);
      });

      it('text to image with a LoRA: its strength decides, and 0 is the control', async function () {
        if (server().place.lorasDir === null) this.skip();
        const name = await place(server(), 'sd3.safetensors', fileOf(adapterOf(await layerOf(server()), 1)));
        const at = async (strength: number) =>
          (await render('text-to-image-lora', { lora: { name, strength } })).pixels;
        const control = (await render('text-to-image', {})).pixels;
        assert.equal(await at(0), control);
        assert.notEqual(await at(1), control);
      });
    });
  }, // What is drawn is not looked at, only that it differs.
  { fixedRenderMs: 10 },
);
