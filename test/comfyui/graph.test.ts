import assert from 'node:assert/strict';
import { ComfyError, contentPrefix, fillGraph, graphSha256, parseGraph, promptIdOf } from '../../src/comfyui/index.js';
import type { ApiGraph } from '../../src/comfyui/index.js';

const titled = (title: string, class_type: string, inputs: Record<string, unknown>): ApiGraph[string] => ({
  class_type,
  inputs,
  _meta: { title: `azit:${title}` },
});
const template: ApiGraph = {
  '1': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'a.safetensors' } },
  '2': titled('lora', 'LoraLoader', { model: ['1', 0], lora_name: 'x', strength_model: 0, strength_clip: 0 }),
  '3': titled('prompt', 'TextEncodeQwenImageEditPlus', { clip: ['1', 1], prompt: '' }),
  '4': titled('prompt', 'CLIPTextEncode', { clip: ['1', 1], text: '' }),
  '5': titled('size', 'EmptyLatentImage', { width: 1, height: 1, batch_size: 1 }),
  '6': titled('seed', 'RandomNoise', { noise_seed: 0 }),
  '7': titled('save', 'SaveImage', { images: ['6', 0], filename_prefix: 'ComfyUI' }),
};
const values = { prompt: 'a cat', seed: 2 ** 53 - 1, lora: { name: 'y.safetensors', strength: 0.5 } };
const without = (id: string): ApiGraph => Object.fromEntries(Object.entries(template).filter(([key]) => key !== id));
const names = (pattern: RegExp) => (error: unknown) =>
  error instanceof ComfyError && error.kind === 'graph' && pattern.test(error.message);

describe('comfyui graph', () => {
  it('fills every node of a title, whatever its input is called, and leaves the template alone', () => {
    const before = structuredClone(template);
    const graph = fillGraph(template, { ...values, size: { width: 64, height: 32 }, prefix: 'p' });
    assert.deepEqual(template, before);
    assert.equal(graph['3'].inputs.prompt, 'a cat');
    assert.equal(graph['4'].inputs.text, 'a cat');
    assert.deepEqual(graph['2'].inputs, {
      model: ['1', 0],
      lora_name: 'y.safetensors',
      strength_model: 0.5,
      strength_clip: 0.5,
    });
    assert.deepEqual(graph['5'].inputs, { width: 64, height: 32, batch_size: 1 });
    assert.equal(graph['6'].inputs.noise_seed, 9007199254740991);
    assert.equal(graph['7'].inputs.filename_prefix, 'p');
  });

  it('leaves a graph its own size where no node is titled azit:size', () => {
    const own = structuredClone(template);
    own['5']._meta = {};
    const graph = fillGraph(own, { ...values, size: { width: 64, height: 32 } });
    assert.deepEqual(graph['5'].inputs, template['5'].inputs);
  });

  it('takes notes for people as they come: a title that is a number, none at all', () => {
    const odd = {
      ...template,
      '8': { class_type: 'X', inputs: {}, _meta: { title: 7 } },
      '9': { class_type: 'X', inputs: {}, _meta: null },
    };
    assert.deepEqual(Object.keys(fillGraph(parseGraph(odd, 'The graph'), values)), Object.keys(odd));
  });

  it('names the missing title instead of rendering without the value', () => {
    assert.throws(() => fillGraph(without('6'), values), names(/'azit:seed'/));
    assert.throws(() => fillGraph(without('2'), values), names(/'azit:lora'/));
    assert.throws(() => fillGraph(without('7'), values), names(/'azit:save'/));
    assert.throws(() => fillGraph(template, { ...values, image: 'x.png' }), names(/'azit:image'/));
    assert.throws(() => fillGraph(template, { ...values, lora: undefined }), names(/there is no value for it/));
  });

  it('refuses seeds that JSON would round, and a second output', () => {
    for (const seed of [2 ** 53, -1, 1.5, NaN])
      assert.throws(() => fillGraph(template, { ...values, seed }), names(/seed/));
    const two = { ...template, '8': template['7'] };
    assert.throws(() => fillGraph(two, values), names(/one of them/));
  });

  it('gives equal work one prefix, whatever its prefix was and in whatever order its keys come', () => {
    const graph = fillGraph(template, values);
    const prefix = graph['7'].inputs.filename_prefix;
    assert.match(String(prefix), /^azit\/[0-9a-f]{16}$/);
    assert.equal(contentPrefix(fillGraph(template, { ...values, prefix: 'other' })), prefix);
    const reordered = Object.fromEntries(
      Object.entries(graph)
        .reverse()
        .map(([id, { class_type, inputs, _meta }]) => [id, { _meta, inputs, class_type }]),
    ) as ApiGraph;
    assert.equal(graphSha256(reordered), graphSha256(graph));
    assert.notEqual(fillGraph(template, { ...values, prompt: 'a dog' })['7'].inputs.filename_prefix, prefix);
  });

  it('makes the same lower-case UUID from the same parts, and another where parts only look alike', () => {
    const id = promptIdOf(['run', '01-anchor', 'unit', '3']);
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(promptIdOf(['run', '01-anchor', 'unit', '3']), id);
    assert.notEqual(promptIdOf(['run', '01-anchor', 'unit3', '']), id);
    assert.notEqual(promptIdOf(['a', 'b,c']), promptIdOf(['a,b', 'c']));
  });

  it('says of an editor workflow that it is not in API format', () => {
    assert.throws(() => parseGraph({ nodes: [], links: [] }, 'mine.json'), names(/API format/));
    assert.throws(() => parseGraph({ '1': { class_type: 'X' } }, 'mine.json'), names(/at 1\.inputs/));
    assert.throws(() => parseGraph([], 'mine.json'), names(/mine\.json/));
  });
});
