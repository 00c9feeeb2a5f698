import assert from 'node:assert/strict';
import { mostViewRenders, ViewRounds } from '../../src/dataset/index.js';
import { viewNotes } from '../../src/plan/views.js';
import { loadProjectObject } from '../../src/project/load.js';
import { quickProject } from '../support/quick-run.js';

describe('what filling the views may take', () => {
  it('ends a round under way, denies a view its first turn, or goes on after the minutes', () => {
    let minutes = 0;
    const rounds = new ViewRounds({ minutes: 2 }, () => minutes * 60_000);
    assert.equal(rounds.room(3, 0, 5), 3);
    minutes = 1.99;
    assert.equal(rounds.room(3, 1, 5), 3);
    minutes = 2;
    assert.equal(rounds.room(3, 2, 5), 0);
    // Stage 04 has not begun yet.
    assert.equal(rounds.room(5, 0, 0), 5);
    // A resume allows as much again.
    const again = rounds.again();
    minutes = 3.9;
    assert.equal(again.room(2, 1, 0), 2);
    minutes = 4;
    assert.equal(again.room(2, 1, 0), 0);
  });

  it('is the renders or the minutes, whichever is spent first', () => {
    let minutes = 0;
    const rounds = new ViewRounds({ renders: 10, minutes: 2 }, () => minutes * 60_000);
    rounds.spend(rounds.room(8, 0, 0));
    assert.equal(rounds.room(8, 1, 0), 2);
    minutes = 2;
    assert.equal(rounds.room(8, 1, 0), 0);
  });

  it('is not told by the plan, or is other than what the rounds allow', async () => {
    const noted = async (budget?: { renders?: number; minutes?: number }) => {
      const dataset = { ...quickProject.dataset, ...(budget ? { budget } : {}) };
      const { project } = await loadProjectObject({ ...quickProject, dataset });
      return viewNotes(project, false).join();
    };
    assert.equal(await noted(), '');
    assert.equal(await noted({ renders: 20 }), 'Stages 03 and 04 render at most 20 images (dataset.budget).');
    assert.match(
      await noted({ renders: 6 }),
      /at most 6 images .*, fewer than their 8 views: 2 or more will have none/,
    );
    // Twelve rounds of eight views.
    assert.match(
      await noted({ minutes: 1 }),
      /at most 96 images .* 1 minute after stage 03 starts, rejected images are no longer/,
    );
    const rounds = new ViewRounds({ minutes: 1 }, () => 0);
    assert.equal(mostViewRenders({ minutes: 1 }, 8), 8 * rounds.most);
  });
});
