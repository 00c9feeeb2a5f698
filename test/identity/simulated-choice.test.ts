import assert from 'node:assert/strict';
import { decide } from '../../src/identity/choice.js';
import { simulate } from './simulation.js';
import { drawTrajectory, isRight, kinds } from './trajectories.js';

/** As `npm run bench:choice` with thousands of draws; here at fixed seeds, few enough for every run of the tests. */
const draws = 60;
/** A rule that is right in 95 % is right in fewer of 60 draws once in forty times. */
const leastRight = 54;

describe('identity: the choice on sweeps with known truth', function () {
  this.timeout(60_000);

  for (const kind of kinds) {
    it(`${kind}: within one checkpoint of the truth, or rightly none, in at least ${leastRight} of ${draws}`, () => {
      const wrong: string[] = [];
      for (let seed = 1; seed <= draws; seed++) {
        const { trajectory, truth } = drawTrajectory(kind, 50_000 + seed);
        const { checkpoints, baseline } = simulate(trajectory, 50_000 + seed * 31);
        const { chosen } = decide(checkpoints, baseline);
        if (!isRight(chosen, truth)) wrong.push(`seed ${seed}: ${chosen}, not ${truth}`);
      }
      assert.ok(wrong.length <= draws - leastRight, wrong.join('; '));
    });
  }
});
