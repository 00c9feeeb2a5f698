import assert from 'node:assert/strict';
import { fillGraph, graphSha256, loadFamilyGraph, type ApiGraph } from '../../src/comfyui/index.js';
import { renderKeyOf } from '../../src/activities/render-records.js';
import { withFurtherImages } from '../../src/comfyui/reference-chain.js';

const kleins = ['klein-4b', 'klein-9b'] as const;
const values = { prompt: 'a face', negative: 'no hat', seed: 3, image: 'front.png' };

/** From the guider back: the images behind each ReferenceLatent, the first one first, and where the chain begins. */
function chainOf(graph: ApiGraph, input: 'positive' | 'negative'): { images: unknown[]; text: unknown } {
  const at = (link: unknown) => graph[(link as [string, number])[0]];
  const guider = Object.values(graph).find(({ class_type }) => class_type === 'CFGGuider');
  const images: unknown[] = [];
  let node = at(guider?.inputs[input]);
  for (; node.class_type === 'ReferenceLatent'; node = at(node.inputs.conditioning)) {
    const encode = at(node.inputs.latent);
    assert.equal(encode.class_type, 'VAEEncode');
    const scale = at(encode.inputs.pixels);
    assert.equal(scale.class_type, 'ImageScaleToTotalPixels');
    images.unshift(at(scale.inputs.image).inputs.image);
  }
  return { images, text: node.inputs.text };
}

describe('several input images', () => {
  for (const editor of kleins)
    it(`${editor}: one ReferenceLatent behind the other for each, positive and negative, in their order`, async () => {
      const graph = fillGraph(await loadFamilyGraph(editor, 'edit'), {
        ...values,
        furtherImages: ['left.png', 'right.png'],
      });
      const images = ['front.png', 'left.png', 'right.png'];
      assert.deepEqual(chainOf(graph, 'positive'), { images, text: 'a face' });
      assert.deepEqual(chainOf(graph, 'negative'), { images, text: 'no hat' });
      const classes = Object.values(graph).map(({ class_type }) => class_type);
      const count = (name: string) => classes.filter((one) => one === name).length;
      // Each image is loaded, scaled and encoded once, and the first alone gives the size.
      for (const name of ['LoadImage', 'ImageScaleToTotalPixels', 'VAEEncode']) assert.equal(count(name), 3, name);
      assert.deepEqual([count('ReferenceLatent'), count('GetImageSize'), count('VAELoader')], [6, 1, 1]);
      const size = Object.values(graph).find(({ class_type }) => class_type === 'GetImageSize')!;
      const scaled = graph[(size.inputs.image as [string])[0]];
      assert.equal(graph[(scaled.inputs.image as [string])[0]].inputs.image, 'front.png');
    });

  it('one image alone is asked for as ever: what stores hold of it stays found', async () => {
    const graph = fillGraph(await loadFamilyGraph('klein-4b', 'edit'), { ...values, furtherImages: [], prefix: '' });
    // As the version before wrote it.
    assert.equal(graphSha256(graph), '0dcd388185ecb917d0e775a10278e411083340c1c6f66f37f166188c89a64df3');
  });

  it('a render is another one with another further image, and in another order', async () => {
    const template = await loadFamilyGraph('klein-4b', 'edit');
    const [front, left, right] = ['a', 'b', 'c'].map((letter) => {
      return { sha256: letter.repeat(64), bytes: 1, mediaType: 'image/png', name: `${letter}.png` };
    });
    const unit = { negative: '', size: { width: 64, height: 64 } };
    const item = { key: 'any', prompt: 'a face', seed: 1, image: front };
    const keys = [[], [left], [right], [left, right], [right, left]].map((furtherImages) =>
      renderKeyOf(template, unit, { ...item, furtherImages }),
    );
    assert.equal(new Set(keys).size, keys.length);
    assert.equal(renderKeyOf(template, unit, item), keys[0]);
    const renamed = { ...left, name: 'other.png' };
    assert.equal(renderKeyOf(template, unit, { ...item, furtherImages: [renamed] }), keys[1]);
  });

  it('a graph that has no place for more says so', async () => {
    const graph = await loadFamilyGraph('sd3', 'edit');
    assert.throws(() => withFurtherImages(graph, ['left.png']), /takes one image only/);
  });
});
