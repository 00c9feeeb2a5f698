import assert from 'node:assert/strict';
import sharp from 'sharp';
import { cosine, createFaceEngine, ensureModels, type FaceEngine } from '../../src/faces/index.js';
import { draw } from '../../src/sandbox/model/index.js';

const anchor = 'portrait photo of a person, close-up';
const views = [
  'front view, smiling',
  'turned 30 degrees left',
  'turned 30 degrees right',
  'front view, dramatic side light',
];
const people = 12;

/** A pair of different people may look more alike than the lower tenth of one person's own views this often. */
const mostConfused = 0.05;

async function embed(engine: FaceEngine, prompt: string, seed: number): Promise<Float32Array | null> {
  const size = { width: 512, height: 512 };
  const { pixels, width, height } = draw({ prompt, negative: '', seed, ...size, loras: [] });
  const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return (await engine.measure(png)).chosen?.embedding ?? null;
}

describe('the people that the sandbox draws', function () {
  this.timeout(240_000);
  let engine: FaceEngine;
  before(async () => {
    engine = await createFaceEngine({ modelsDir: await ensureModels() });
  });

  it(`twelve seeds are twelve people to the embedder, and every view of one is found`, async () => {
    const frontal: Float32Array[] = [];
    const own: number[] = [];
    for (let seed = 101; seed < 101 + people; seed += 1) {
      const front = await embed(engine, `${anchor}, front view`, seed);
      assert.ok(front, `no face in the frontal view of seed ${seed}`);
      frontal.push(front);
      for (const view of views) {
        const turned = await embed(engine, `${anchor}, ${view}`, seed);
        assert.ok(turned, `no face in '${view}' of seed ${seed}`);
        own.push(cosine(front, turned));
      }
    }
    const lowerTenth = own.sort((a, b) => a - b)[Math.floor(own.length / 10)];
    const pairs = frontal.flatMap((one, index) => frontal.slice(index + 1).map((other) => cosine(one, other)));
    const confused = pairs.filter((similarity) => similarity > lowerTenth).length / pairs.length;
    assert.ok(confused <= mostConfused, `${confused} of the pairs lie above ${lowerTenth}`);
  });
});
