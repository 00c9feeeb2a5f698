import assert from 'node:assert/strict';
import { AT, type ParameterName } from '../../src/sandbox/head/scene.js';
import { sceneOf } from '../../src/sandbox/model/compose.js';
import { draw, type DrawRequest, fitReference, type Picture } from '../../src/sandbox/model/index.js';
import { readPrompt } from '../../src/sandbox/model/prompt.js';
import { shrink } from '../../src/sandbox/model/picture.js';
import { PHRASES } from '../../src/sandbox/model/words.js';

const SIZE = 128;

function request(prompt: string, more: Partial<DrawRequest> = {}): DrawRequest {
  return { prompt, negative: '', seed: 7, width: SIZE, height: SIZE, loras: [], ...more };
}

function scene(prompt: string, more: Partial<DrawRequest> = {}): (name: ParameterName) => number {
  const found = sceneOf(request(prompt, more));
  return (name) => found[AT[name]];
}

function apart(a: Picture, b: Picture): number {
  return a.pixels.reduce((sum, value, k) => sum + Math.abs(value - b.pixels[k]), 0) / a.pixels.length;
}

describe('sandbox/model: words', () => {
  it('a word that the vocabulary does not have, or a trigger without its LoRA, changes no pixel', () => {
    const plain = draw(request('portrait of a woman, front view'));
    for (const prompt of [
      'mnaz, portrait of a woman, front view',
      'portrait of a woman, front view, flibbertigibbet qzx',
    ])
      assert.deepEqual(draw(request(prompt)).pixels, plain.pixels);
  });

  it('the same request gives the same pixels, whatever was drawn in between', () => {
    const once = draw(request('smiling man, red jacket, street'));
    draw(request('old woman, beach', { seed: 3 }));
    assert.deepEqual(draw(request('smiling man, red jacket, street')).pixels, once.pixels);
  });

  it('another seed is another person in another place', () => {
    const [a, b] = [scene('portrait', { seed: 1 }), scene('portrait', { seed: 2 })];
    assert.notEqual(a('faceWidth'), b('faceWidth'));
    assert.ok(apart(draw(request('portrait', { seed: 1 })), draw(request('portrait', { seed: 2 }))) > 10);
  });

  for (const [prompt, name, value] of [
    ['turned 30 degrees left', 'yaw', 30],
    ['turned 60 degrees right', 'yaw', -60],
    ['yaw -45', 'yaw', -45],
    ['YAW: 15 degrees', 'yaw', 15],
    ['three-quarter view, left', 'yaw', 35],
    ['right profile', 'yaw', -75],
    ['pitch -15, front view', 'pitch', -15],
    ['looking 10 degrees up', 'pitch', 10],
    ['half body', 'distance', 0.6],
    ['Close-Up', 'distance', 1.4],
    ['smiling', 'smile', 0.9],
    ['slight smile', 'smile', 0.45],
    ['open mouth', 'open', 0.6],
    ['bare face', 'lipstick', 0],
    ['red lipstick', 'lipRed', 0.78],
    ['a 60 year old woman', 'age', 1.6],
    ['dark skin', 'skinTone', -2],
    ['green eyes', 'irisGreen', 2.4],
    ['long black hair', 'hairTone', -1.6],
    ['long black hair', 'hairLength', 1.6],
    ['long straight black hair', 'wave', -1],
    ['pink hair', 'dye', 0.95],
    ['full beard', 'beard', 2],
    ['red leather jacket', 'clothRed', 0.78],
    ['red leather jacket', 'leather', 1],
    ['blue background', 'topBlue', 0.74],
    ['on stage', 'beams', 0.9],
    ['neon lights', 'neon', 0.85],
    ['athletic', 'build', 1.2],
    ['glasses', 'glasses', 1],
  ] as const) {
    it(`"${prompt}" pins ${name} at ${value}, for every seed`, () => {
      for (const seed of [1, 2, 3]) assert.ok(Math.abs(scene(prompt, { seed })(name) - value) < 1e-9);
    });
  }

  it('longest phrase wins: "smile" inside "slight smile" does not', () => {
    assert.equal(scene('a slight smile')('smile'), 0.45);
  });

  it('a plain backdrop of a colour is known, or its words would weigh on an adapter as much as the trigger', () => {
    const rare = (prompt: string) =>
      readPrompt(prompt)
        .tokens.filter(({ weight }) => weight === 1)
        .map(({ text }) => text);
    for (const backdrop of ['plain green background', 'plain light grey background', 'plain pale blue backdrop'])
      assert.deepEqual(rare(`mnaz, white t-shirt, ${backdrop}, soft studio light`), ['mnaz']);
    assert.deepEqual(rare('mnaz, plain words'), ['mnaz', 'plain', 'words']);
    assert.equal(scene('plain green background')('topGreen'), scene('green background')('topGreen'));
  });

  it('words for who somebody is leave the rest to the seed', () => {
    const jaws = [1, 2, 3].map((seed) => scene('young korean woman, long black hair', { seed })('jaw'));
    assert.equal(new Set(jaws).size, 3);
  });

  it('a negative prompt takes things away that the seed brought, never what the prompt asks for', () => {
    const refused = { negative: 'bokeh, glasses' };
    for (let seed = 0; seed < 12; seed++) assert.equal(scene('portrait', { seed, ...refused })('bokeh'), 0);
    assert.equal(scene('glasses', refused)('glasses'), 1);
  });

  it('every phrase of the table has an effect and can be drawn', () => {
    for (const [phrase, effects] of PHRASES) {
      assert.ok(effects.length > 0, phrase);
      assert.doesNotThrow(() => sceneOf(request(phrase)));
    }
  });
});

describe('sandbox/model: editing', () => {
  const prompt = 'woman, brown hair, portrait, soft studio light, plain grey background';
  const anchor = draw(request(prompt, { width: 256, height: 256, seed: 11 }));
  const truth = sceneOf(request(prompt, { seed: 11 }));

  it('the fit finds a drawn head from its pixels: pose, tones and framing', function () {
    this.timeout(120_000);
    const { scene: found, difference } = fitReference(anchor);
    assert.ok(difference < 0.06, `rms ${difference}`);
    assert.ok(Math.abs(found[AT.yaw] - truth[AT.yaw]) < 6);
    assert.ok(Math.abs(found[AT.distance] - truth[AT.distance]) < 0.15);
    assert.ok(Math.abs(found[AT.hairTone] - truth[AT.hairTone]) < 1);
  });

  it('an edit that asks for nothing looks like its reference; one that asks for an angle turns it', function () {
    this.timeout(120_000);
    const edit = (words: string, seed = 3): Picture =>
      draw(request(words, { reference: anchor, seed, width: 256, height: 256 }));
    const small = (picture: Picture): Picture => ({
      width: 32,
      height: 32,
      pixels: Uint8Array.from(shrink(picture, 32, 32), (value) => value * 255),
    });
    const same = apart(small(edit('')), small(anchor));
    const turned = apart(small(edit('yaw 45')), small(anchor));
    assert.ok(same < 9 && turned > same * 1.5, `${same} against ${turned}`);
    assert.notDeepEqual(edit('', 4).pixels, edit('', 5).pixels, 'candidates of different seeds must differ');
  });

  it('denoise 0 keeps the reference as it was found; half of it goes half the way', function () {
    this.timeout(120_000);
    const yaw = (denoise: number): number => sceneOf(request('yaw 40', { reference: anchor, denoise }))[AT.yaw];
    const found = fitReference(anchor).scene[AT.yaw];
    assert.equal(yaw(0), found);
    assert.ok(Math.abs(yaw(0.5) - (found + 40) / 2) < 1e-6);
  });

  it('images that show no head (noise, a thin white strip) are fitted without an error', function () {
    this.timeout(120_000);
    const noise = Uint8Array.from({ length: 80 * 64 * 3 }, (_, i) => (Math.imul(i, 2654435761) >>> 24) & 255);
    for (const picture of [
      { width: 80, height: 64, pixels: noise },
      { width: 8, height: 200, pixels: new Uint8Array(8 * 200 * 3).fill(255) },
    ]) {
      assert.ok(fitReference(picture).scene.every(Number.isFinite));
    }
  });
});
