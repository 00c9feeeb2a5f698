import assert from 'node:assert/strict';
import { fitAdditive } from '../../src/choice/additive-fit.js';
import { decide } from '../../src/choice/choice.js';
import { promptsMoveTogether } from '../../src/choice/prompt-effects.js';
import { drawSweep } from '../../bench/choice/kinds.js';
import { seededRandom } from '../../src/choice/random.js';

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

describe('identity: checkpoints that are all alike', function () {
  this.timeout(60_000);

  it('images of a prompt that move together are seen to, and others are not', () => {
    const together = (within: number) =>
      Array.from({ length: 40 }, (_, seed) => {
        const rows = equals(seed, { within });
        return promptsMoveTogether(rows, prompted, fitAdditive(rows));
      }).filter(Boolean).length;
    assert.ok(together(0.4) >= 32, `of 40 that do ${together(0.4)}`);
    assert.ok(together(0) <= 8, `of 40 that do not ${together(0)}`);
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
      return decide(checkpoints, { baseline: samplesOf(equals(2000 + seed, {})[0], 0.4) }).chosen;
    }).filter((chosen) => chosen !== null).length;
    assert.ok(named <= 6, `a winner in ${named} of ${draws}`);
  });

  for (const [what, kind] of [
    ['waver from checkpoint to checkpoint', 'ties, wavering by 0.01'],
    ['take one prompt better, then another', 'ties, prompt by prompt'],
    ['waver, and take prompts by turns', 'ties, both'],
  ])
    it(`equals that ${what} are no winners`, () => {
      const draws = 60;
      const named = Array.from({ length: draws }, (_, seed) => {
        const { input } = drawSweep(kind, 9000 + seed);
        return decide(input.checkpoints, input).chosen;
      }).filter((chosen) => chosen !== null).length;
      assert.ok(named <= 6, `a winner in ${named} of ${draws}`);
    });
});
