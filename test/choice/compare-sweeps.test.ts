import assert from 'node:assert/strict';
import { comparePaired, type Side } from '../../src/choice/compare-sweeps.js';
import type { Strip } from '../../src/run/record.js';

const image = { sha256: 'a'.repeat(64), bytes: 1, mediaType: 'image/png', name: 'a.png' };

/** One prompt after the other, so many seeds each; `identity` by prompt and seed. */
function side(lora: string, identity: (prompt: number, seed: number) => number | null, name = 'p'): Side {
  const strips = Array.from({ length: 4 }, (_, prompt): Strip => ({
    prompt: `${name}-${prompt}`,
    text: `prompt ${prompt}`,
    images: [0, 1, 2].map((seed) => ({ step: 40, seed, image, identity: identity(prompt, seed) })),
    baseline: null,
  }));
  return { strips, step: 40, lora };
}

const wobble = (prompt: number, seed: number): number => ((prompt * 7 + seed * 5) % 6) / 500;

describe('two runs compared pair by pair', () => {
  const usual = side('one', (prompt, seed) => 0.6 + prompt / 20 + wobble(prompt, seed));

  it('names the better one, whichever comes first, by images of the same text and seed, whatever the prompt is called', () => {
    const better = side('two', (prompt, seed) => 0.7 + prompt / 20 + wobble(seed, prompt), 'other');
    assert.deepEqual([comparePaired(usual, better)?.better, comparePaired(better, usual)?.better], ['second', 'first']);
    assert.equal(comparePaired(usual, better)?.pairs, 12);
    assert.ok(Math.abs((comparePaired(usual, better)?.difference ?? 0) - 0.1) < 0.01);
  });

  it('calls none better where two trainings differ by no more than a training wavers; of one file the same is sure', () => {
    const bit = (lora: string) => side(lora, (prompt, seed) => 0.61 + prompt / 20 + wobble(prompt, seed));
    assert.equal(comparePaired(usual, bit('two'))?.better, 'neither');
    assert.equal(comparePaired(usual, bit('one'))?.better, 'second');
    assert.equal(comparePaired(usual, usual)?.better, 'neither');
  });

  it('says nothing below two pairs: other seeds, no face, no checkpoint', () => {
    const seeds = side('two', () => 0.9);
    for (const strip of seeds.strips) for (const each of strip.images) each.seed += 100;
    assert.equal(comparePaired(usual, seeds), null);
    assert.equal(
      comparePaired(
        usual,
        side('two', (prompt, seed) => (prompt + seed === 0 ? 0.9 : null)),
      ),
      null,
    );
    assert.equal(comparePaired(usual, { ...usual, step: null }), null);
  });
});
