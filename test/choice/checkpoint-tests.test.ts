import assert from 'node:assert/strict';
import { decide } from '../../src/choice/choice.js';
import { checkpointTests, testFailure, testSentences } from '../../src/choice/checkpoint-tests.js';
import { lookAlikeSentence } from '../../src/choice/look-alikes.js';
import { scoreOf } from '../../src/choice/statistics.js';
import type { TestId } from '../../src/project/test-prompts.js';
import type { TestSample } from '../../src/run/sweep-verdict.js';

const grey = (value: number): string => Buffer.from(new Float32Array(4).fill(value).buffer).toString('base64');

const samples = (identities: Partial<Record<TestId, number[]>>, shade = 0): TestSample[] =>
  Object.entries(identities).flatMap(([prompt, values]) =>
    values.map(
      (identity, seed) =>
        ({ prompt, rendered: { seed }, measured: { identity }, thumbnail: grey(shade) }) as unknown as TestSample,
    ),
  );

const base = samples({ _alone: [0.1, 0.12, 0.11], _without: [0.05, 0.06, 0.04], _other: [0.02, 0.01, 0.03] });
const good = samples({ _alone: [0.7, 0.72, 0.71], _without: [0.06, 0.05, 0.05], _other: [0.3, 0.28, 0.31] }, 51);
const leaking = samples({ _alone: [0.7, 0.72, 0.71], _without: [0.6, 0.61, 0.62], _other: [0.3, 0.28, 0.31] });

describe('choice: tests of the trigger', () => {
  it('hold each image beside the same without LoRA: similarity, its change, and how far the image drifts', () => {
    const { _alone: alone, _without: without } = checkpointTests(good, base)!;
    assert.equal(alone!.change.mean.toFixed(3), '0.600');
    assert.deepEqual([alone!.withoutLora.n, without!.drift], [3, 0.2]);
    assert.equal(checkpointTests([], base), undefined);
    const words = testSentences(400, checkpointTests(good, base)).join(' ');
    assert.match(words, /checkpoint 400: similarity 0\.710 .* is bound to the word\./);
    assert.match(words, /differ from those without LoRA by 20\.0%; no leak/);
    assert.match(words, /so the description counts/);
    assert.match(testSentences(400, checkpointTests(leaking, base)).join(' '), /the LoRA leaks into other people/);
  });

  it('rule out for certain alone, and not where the embedder takes everybody for the person anyway', () => {
    assert.equal(testFailure(checkpointTests(good, base)), null);
    assert.match(testFailure(checkpointTests(leaking, base)) ?? '', /without the trigger word, similarity is 0\.61/);
    const unsure = samples({ _without: [0.2, 0.9, 0.5] });
    assert.equal(testFailure(checkpointTests(unsure, base)), null);
    assert.equal(testFailure(checkpointTests(leaking, samples({ _without: [0.6, 0.6, 0.6] }))), null);
  });

  // As the sandbox, whose people are all of one type: steps 400, 800 and 1200 of a run.
  it('can rule nothing out where the images reach the threshold without LoRA', () => {
    const near = samples({ _alone: [0.59, 0.6, 0.58], _without: [0.64, 0.65, 0.63], _other: [0.53, 0.54, 0.55] });
    const tested = (alone: number, without: number, other: number, apart = 0.001) =>
      checkpointTests(
        samples({
          _alone: [0.59 + alone, 0.6 + alone, 0.58 + alone],
          _without: [0.64 + without, 0.65 + without, 0.63 + without],
          _other: [0.53 + other - apart, 0.54 + other, 0.55 + other + apart],
        }),
        near,
      );
    assert.equal(testFailure(tested(0.03, 0, 0.03)), null);
    assert.equal(testFailure(tested(0.1, 0.002, 0.125, 0.06)), null);
    assert.equal(
      testFailure(tested(0.18, -0.001, 0.257)),
      'it shows the person although another is described: similarity is 0.80 (no LoRA: 0.54), with the trigger alone 0.77 (0.59)',
    );
    assert.match(testFailure(tested(0.18, 0.1, 0.05)) ?? '', /nobody asked for them: .* is 0\.74 \(no LoRA: 0\.64\)/);
    assert.match(testSentences(400, tested(0, 0, 0)).join(' '), /the face is not bound to the word/);
    const words = testSentences(800, tested(0.1, 0, 0.125)).join(' ');
    assert.match(words, /no less than with the trigger alone, so the description is not followed/);
  });

  it('take no checkpoint away where all of them fail', () => {
    const prompts = ['a', 'b', 'c', 'd', 'e', 'f'];
    const sampleOf = (identity: number) =>
      prompts.map((prompt, at) => ({ prompt, seed: 1, identity: identity + at / 500, nearestTraining: null }));
    const one = { step: 20, samples: sampleOf(0.7), testFailure: 'it shows the person' };
    const other = { step: 40, samples: sampleOf(0.5) };
    const named = (last: typeof other & { testFailure?: string }) => {
      const { best, sound } = decide([one, last], { baseline: sampleOf(0.1) });
      return [best, sound];
    };
    assert.deepEqual(named(other), [1, [1]]);
    assert.deepEqual(named({ ...other, testFailure: 'too' }), [0, [0, 1]]);
  });
});

describe('choice: look-alikes', () => {
  it('say that it is this person only where the interval says so', () => {
    assert.deepEqual(lookAlikeSentence(400, undefined), []);
    assert.match(lookAlikeSentence(400, scoreOf([0.2, 0.21, 0.19]))[0], /0\.200 .* more like .*shows this person/);
    assert.match(lookAlikeSentence(400, scoreOf([-0.2, 0.3, 0.01]))[0], /too few images to tell/);
    assert.match(
      lookAlikeSentence(400, scoreOf([-0.2, -0.21, -0.2]))[0],
      /0\.203 \(95%: 0\.200 to 0\.210\) less like .*not yet this person/,
    );
    assert.match(lookAlikeSentence(400, scoreOf([-0.2, 0.1, -0.1]))[0], /less like .*too few images to tell/);
  });
});
