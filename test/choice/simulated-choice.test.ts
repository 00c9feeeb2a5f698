import assert from 'node:assert/strict';
import { drawSweep, kinds } from '../../bench/choice/kinds.js';
import { decide } from '../../src/choice/choice.js';

/** As `npm run bench:choice`, at fixed seeds and few enough for every run of the tests. */
const draws = 40;
/** Mean true identity given up against the best sound checkpoint; a rule that is blind to noise gives up more. */
const mostRegret = 0.015;
/** A guard takes out what copies before the draws call it spoilt, and what would still have risen with it. */
const mostRegretOfCopies = 0.04;

describe('identity: the choice on sweeps with known truth', function () {
  this.timeout(60_000);

  for (const kind of Object.keys(kinds)) {
    const sweeps = () => Array.from({ length: draws }, (_, seed) => drawSweep(kind, 50_000 + seed));
    const decided = () => sweeps().map((sweep) => ({ sweep, ...decide(sweep.input.checkpoints, sweep.input) }));
    if (kinds[kind].isTie || kinds[kind].isUseless)
      it(`${kind}: a winner is named where there is none`, () => {
        const named = decided().filter(({ chosen }) => chosen !== null);
        assert.ok(named.length <= 5, `named in ${named.length} of ${draws}`);
      });
    else
      it(`${kind}: true identity is given up for an earlier step, or a spoilt one is shipped`, () => {
        const regrets = decided().flatMap(({ sweep: { truth, spoilt }, chosen, asGoodAsAny }) => {
          const row = chosen ?? asGoodAsAny;
          const top = Math.max(...truth.filter((_, at) => !spoilt[at]));
          return row === null ? [] : [{ regret: Math.max(0, top - truth[row]), isSpoilt: spoilt[row] }];
        });
        const mean = regrets.reduce((sum, { regret }) => sum + regret, 0) / regrets.length;
        assert.ok(regrets.length > draws / 2, `none named in ${draws - regrets.length} of ${draws}`);
        assert.ok(mean <= (kind.startsWith('copies') ? mostRegretOfCopies : mostRegret), `regret ${mean.toFixed(4)}`);
        const spoilt = regrets.filter(({ isSpoilt }) => isSpoilt).length;
        assert.ok(spoilt <= 6, `${spoilt} of ${draws} are spoilt`);
      });
  }
});
