import assert from 'node:assert/strict';
import { fitAdditive } from '../../src/identity/additive-fit.js';
import { decide } from '../../src/identity/choice.js';
import { dependenceOf } from '../../src/identity/dependence.js';
import { seededRandom } from '../../src/identity/random.js';

const [steps, prompts, seeds] = [8, 4, 3];
const prompted = Array.from({ length: prompts * seeds }, (_, cell) => `prompt-${Math.floor(cell / seeds)}`);

/** Pictures of equal checkpoints whose noise is shared along steps, or among the seeds of a prompt. */
function equals(seed: number, { along = 0, within = 0 }): number[][] {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  let last = prompted.map(normal);
  return Array.from({ length: steps }, () => {
    const ofPrompt = Array.from({ length: prompts }, normal);
    const fresh = prompted.map(
      (_, cell) => Math.sqrt(within) * ofPrompt[Math.floor(cell / seeds)] + Math.sqrt(1 - within) * normal(),
    );
    last = last.map((value, cell) => along * value + Math.sqrt(1 - along ** 2) * fresh[cell]);
    return last.map((value) => 0.6 + 0.05 * value);
  });
}

const found = (rows: number[][]) => dependenceOf(rows, prompted, fitAdditive(rows));

describe('identity: pictures that are not drawn each for itself', function () {
  this.timeout(60_000);

  it('what is shared along steps and within a prompt is found again, and nothing where nothing is', () => {
    const mean = (of: (seed: number) => number) =>
      Array.from({ length: 20 }, (_, seed) => of(seed)).reduce((sum, value) => sum + value, 0) / 20;
    const along = mean((seed) => found(equals(seed, { along: 0.5 })).alongSteps);
    const within = mean((seed) => found(equals(seed, { within: 0.4 })).withinPrompt);
    assert.ok(Math.abs(along - 0.5) < 0.12, `along steps ${along}`);
    assert.ok(Math.abs(within - 0.4) < 0.12, `within a prompt ${within}`);
    const none = mean((seed) => found(equals(seed, {})).withinPrompt + found(equals(seed, {})).alongSteps);
    assert.ok(none < 0.05, `of nothing ${none}`);
  });

  it('equals whose neighbours look alike are still a tie', () => {
    const draws = 60;
    const named = Array.from({ length: draws }, (_, seed) => {
      const rows = equals(1000 + seed, { along: 0.6, within: 0.2 });
      const samplesOf = (row: number[], lower = 0) =>
        row.map((identity, cell) => {
          return { prompt: prompted[cell], seed: cell % seeds, identity: identity - lower, nearestTraining: null };
        });
      const checkpoints = rows.map((row, at) => ({ step: 100 * (at + 1), samples: samplesOf(row) }));
      return decide(checkpoints, samplesOf(equals(2000 + seed, {})[0], 0.4)).chosen;
    }).filter((chosen) => chosen !== null).length;
    assert.ok(named <= 6, `a winner in ${named} of ${draws}`);
  });
});
