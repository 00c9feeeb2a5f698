import assert from 'node:assert/strict';
import { chanceOfAtLeast, normalCdf, studentCdf, studentQuantile } from '../../src/choice/distributions.js';
import { seededRandom } from '../../src/choice/random.js';
import { bootstrapMean, scoreOf, standardError } from '../../src/choice/statistics.js';

const near = (found: number, expected: number, within: number) =>
  assert.ok(Math.abs(found - expected) <= within, `${found} is not ${expected}`);

describe('identity: statistics', () => {
  it('distributions agree with the printed tables', () => {
    near(normalCdf(1.959964), 0.975, 1e-6);
    near(normalCdf(-1), 0.158655, 1e-6);
    near(studentQuantile(0.975, 1), 12.7062, 1e-3);
    near(studentQuantile(0.975, 2), 4.30265, 1e-4);
    near(studentQuantile(0.975, 11), 2.20099, 1e-4);
    near(studentQuantile(0.99, 30), 2.45726, 1e-4);
    near(studentCdf(0, 5), 0.5, 1e-12);
    // Fisher's tea: 4 of 4 right by chance.
    near(chanceOfAtLeast(4, 4, 0, 4), 1 / 70, 1e-9);
    near(chanceOfAtLeast(0, 12, 3, 12), 1, 1e-9);
  });

  it('the same numbers and seed give the same interval, another seed nearly the same', () => {
    const values = [0.61, 0.7, 0.66, 0.58, 0.72, 0.69];
    assert.deepEqual(bootstrapMean(values, { seed: 5 }), bootstrapMean(values, { seed: 5 }));
    near(bootstrapMean(values, { seed: 6 }).low, bootstrapMean(values, { seed: 5 }).low, 0.01);
  });

  it('an interval of a dozen normal values misses the truth in about 5% of draws, not 10%', () => {
    const random = seededRandom(3);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    let missed = 0;
    const runs = 400;
    for (let run = 0; run < runs; run++) {
      const { low, high } = bootstrapMean(Array.from({ length: 12 }, normal), { seed: run, draws: 300 });
      if (low > 0 || high < 0) missed++;
    }
    assert.ok(missed / runs < 0.085, `missed ${missed} of ${runs}`);
  });

  it('images without a face are counted, never averaged in as 0', () => {
    const score = scoreOf([0.6, null, 0.8, null]);
    assert.equal(score.n, 2);
    assert.equal(score.noFace, 2);
    near(score.mean, 0.7, 1e-12);
  });

  it('no image, or none with a face, gives numbers that JSON can carry', () => {
    for (const values of [[], [null, null]]) {
      const score = scoreOf(values);
      assert.deepEqual(JSON.parse(JSON.stringify(score)), score);
      assert.equal(score.n, 0);
    }
    assert.equal(standardError([1]), null);
  });
});
