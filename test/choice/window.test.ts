import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { chooseCheckpoint } from '../../src/choice/choice.js';
import { explainNeighbours } from '../../src/choice/choice-explanation.js';
import type { CheckpointSamples } from '../../src/choice/trajectory.js';
import { guardAnchorOf } from '../../src/project/watched-steps.js';
import { narrowed } from '../../bench/choice/window.js';
import { locking, simulate } from './simulation.js';

/** A real training that copies its images from about step 2000 on. */
const copying = JSON.parse(
  readFileSync(new URL('../../bench/choice/sweeps/p-7-8e-4.json', import.meta.url), 'utf8'),
) as { checkpoints: CheckpointSamples[]; baseline: CheckpointSamples };

describe('choice: what a sweep of late steps alone says', () => {
  const baseline = copying.baseline.samples;
  const late = copying.checkpoints.slice(-5);

  it('a copying checkpoint is named because the steps before it were not swept', () => {
    assert.deepEqual(
      chooseCheckpoint({ checkpoints: late, baseline }).perStep.map(({ failed }) => failed),
      late.map(() => null),
    );
    const choice = chooseCheckpoint({ checkpoints: late, baseline, guardAnchor: copying.checkpoints[0] });
    assert.equal(choice.step, null);
    assert.match(choice.perStep[0].failed ?? '', /^it copies training images: since step 200,/);
    for (const from of [2, 6, 10])
      assert.equal(narrowed({ checkpoints: copying.checkpoints, baseline }, from).namesRuledOut, false);
  });

  it('the anchor of the guards is offered, or changes what is chosen where nothing is copied', () => {
    for (let seed = 0; seed < 8; seed++) {
      const { checkpoints, baseline: without } = simulate({ identity: locking(8, 4), baseline: 0.3 }, 40 + seed);
      const plain = chooseCheckpoint({ checkpoints: checkpoints.slice(2), baseline: without });
      const anchored = chooseCheckpoint({
        checkpoints: checkpoints.slice(2),
        baseline: without,
        guardAnchor: checkpoints[0],
      });
      assert.equal(anchored.step, plain.step);
      assert.equal(anchored.perStep.length, 6);
    }
  });

  it('a sweep that begins on the plateau is not told so, or one that rises at first is', () => {
    const { checkpoints, baseline: without } = simulate({ identity: locking(8, 2), baseline: 0.3, noise: 0.011 }, 7);
    const plateau = chooseCheckpoint({ checkpoints: checkpoints.slice(3), baseline: without });
    assert.match(plateau.reason, /already flat at the first swept step, 800, so sweep earlier steps too/);
    assert.doesNotMatch(chooseCheckpoint({ checkpoints, baseline: without }).reason, /already flat/);
  });

  it('whether an earlier step would do as well is left open, although the anchor tells', () => {
    const { checkpoints, baseline: without } = simulate({ identity: locking(8, 2), baseline: 0.3, noise: 0.011 }, 7);
    const wordsWith = (anchor: number) =>
      explainNeighbours(
        chooseCheckpoint({ checkpoints: checkpoints.slice(4), baseline: without, guardAnchor: checkpoints[anchor] }),
      ).join(' ');
    assert.match(
      wordsWith(3),
      /Checkpoint 800, swept only to check for memorisation.*statistically as good, so sweep from there/,
    );
    assert.match(wordsWith(0), /Checkpoint 200, swept .* behind it .*: sweep steps between 200 and 1000/);
    assert.doesNotMatch(wordsWith(0), /Sweep earlier steps/);
  });

  it('the anchor is no early step, or is a step that is swept or never saved', () => {
    const anchorOf = (steps: number, saveEvery: number, swept: number[]) =>
      guardAnchorOf({
        training: { steps, saveEvery },
        sweep: { steps: swept },
      } as Parameters<typeof guardAnchorOf>[0]);
    assert.equal(anchorOf(3000, 200, [2200, 3000]), 200);
    assert.equal(anchorOf(3000, 10, [2990, 3000]), 150);
    assert.equal(anchorOf(3000, 1000, [2000, 3000]), 1000);
    assert.equal(anchorOf(3000, 200, [200, 400]), null);
    assert.equal(anchorOf(40, 20, [20, 40]), null);
  });
});
