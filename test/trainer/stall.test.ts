import assert from 'node:assert/strict';
import { StallWatch } from '../../src/trainer/stall.js';

describe('the watch for stalls', () => {
  const limits = { loadingMs: 1000, preparingMs: 500, firstStepMs: 400, leastStepMs: 100, savingMs: 1000 };

  it('gives each phase its own time, and counts only steps once they come', () => {
    const watch = new StallWatch(limits, 1e9, 0);
    assert.equal(watch.look(1000), null);
    watch.noteOutput(1000, 'preparing');
    assert.match(watch.look(1501) ?? '', /images/);
    watch.noteOutput(1600, 'first-step');
    watch.noteSteps(1700, 1);
    watch.noteOutput(1790);
    assert.match(watch.look(1801) ?? '', /no step/);
  });

  it('is not led back by the words of an earlier phase that are read late', () => {
    const watch = new StallWatch(limits, 1e9, 0);
    watch.noteOutput(0, 'first-step');
    watch.noteOutput(10, 'preparing');
    assert.match(watch.look(411) ?? '', /^no output for 0 s while waiting for the first step$/);
  });

  it('gives a save its own time, and the next step the usual one', () => {
    const watch = new StallWatch(limits, 1e9, 0);
    watch.noteSteps(0, 1);
    watch.noteOutput(50, 'saving');
    assert.equal(watch.look(1000), null);
    watch.noteOutput(1000);
    assert.match(watch.look(2001) ?? '', /^no output for 1 s while saving a checkpoint$/);
    watch.noteSaved(2010);
    assert.equal(watch.look(2110), null);
    assert.match(watch.look(2111) ?? '', /^no step/);
  });

  it('believes no phase that only talks, for ever', () => {
    for (const [phase, limitMs] of [
      ['loading', 1000],
      ['preparing', 500],
      ['first-step', 400],
      ['saving', 1000],
    ] as const) {
      const watch = new StallWatch(limits, 1e9, 0);
      if (phase === 'saving') watch.noteSteps(0, 1);
      watch.noteOutput(0, phase);
      let now = 0;
      for (; watch.look(now) === null; now += 100) watch.noteOutput(now);
      assert.equal(now, 8 * limitMs + 100, phase);
    }
  });

  it('measures a slow trainer by its own pace', () => {
    const watch = new StallWatch(limits, 1e9, 0);
    for (let now = 0; now <= 10_000; now += 1000) watch.noteSteps(now, 1);
    assert.equal(watch.look(10_000 + 29_000), null);
    assert.match(watch.look(10_000 + 31_000) ?? '', /no step for 31 s/);
  });

  it('does not blame the trainer for the time in which we ourselves were stopped', () => {
    const watch = new StallWatch(limits, 50, 0);
    watch.noteSteps(0, 1);
    assert.equal(watch.look(100_000), null);
    assert.equal(watch.look(100_050), null);
  });
});
