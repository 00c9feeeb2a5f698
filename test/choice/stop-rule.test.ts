import assert from 'node:assert/strict';
import { firstStop, stopReason } from '../../src/choice/stop-rule.js';
import type { CheckpointSamples } from '../../src/choice/trajectory.js';
import { drawSweep } from '../../bench/choice/kinds.js';

const cells = [-0.02, 0.01, 0, 0.02, -0.01, 0.005];

/** A checkpoint each, of six images about a level; `copied`: how much nearer they are to a training image. */
const checkpoints = (levels: readonly number[], copied = levels.map(() => 0.05)): CheckpointSamples[] =>
  levels.map((level, row) => ({
    step: 100 * (row + 1),
    samples: cells.map((cell, seed) => {
      const identity = level + cell + 0.004 * Math.sin(7 * row + 3 * seed);
      return { prompt: `p${seed % 3}`, seed, identity, nearestTraining: identity + copied[row] };
    }),
  }));
const [without] = checkpoints([0.2]);

describe('the rule that stops a training', () => {
  const locked = [0.3, 0.45, 0.6, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7];

  it('identity stands since 400: the second checkpoint in a row that shows it goes unheard, or the step is not named', () => {
    const stop = firstStop(checkpoints(locked), without.samples);
    assert.equal(stop?.kind, 'locked');
    assert.deepEqual([stop.since, stop.by, stop.decidedAt], [400, 600, 900]);
    assert.ok(stop.chance >= 0.8 && stop.chance <= 1);
  });

  it('its word hangs on when it is asked, or on how many checkpoints are known by then', () => {
    const all = firstStop(checkpoints(locked), without.samples);
    for (const from of [0, 3, 7]) assert.deepEqual(firstStop(checkpoints(locked), without.samples, from), all);
    assert.deepEqual(firstStop(checkpoints(locked.slice(0, 9)), without.samples, 7), all);
    assert.equal(firstStop(checkpoints(locked.slice(0, 8)), without.samples), null);
  });

  it('one that rises still, that is no better than no LoRA, or of too few checkpoints is stopped', () => {
    assert.equal(firstStop(checkpoints(locked.map((_, row) => 0.3 + 0.04 * row)), without.samples), null);
    assert.equal(firstStop(checkpoints(locked.map(() => 0.2)), without.samples), null);
    assert.equal(stopReason(checkpoints([0.7, 0.7, 0.7, 0.7]), without.samples), null);
    assert.equal(stopReason([], []), null);
  });

  it('one checkpoint that copies stops it, or two in a row do not', () => {
    const rising = locked.map((_, row) => 0.3 + 0.02 * row);
    const copied = (from: number, to: number) => rising.map((_, row) => (row >= from && row <= to ? 0.3 : 0.05));
    assert.equal(firstStop(checkpoints(rising, copied(6, 6)), without.samples), null);
    const stop = firstStop(checkpoints(rising, copied(6, 9)), without.samples);
    assert.equal(stop?.kind, 'copies');
    assert.deepEqual([stop.since, stop.decidedAt], [700, 800]);
    assert.match(stop.why, /^it copies training images/);
  });

  it('images without a face end it with an error', () => {
    const faceless = checkpoints(locked).map((one, row) => {
      return row === 2 ? { ...one, samples: one.samples.map((sample) => ({ ...sample, identity: null })) } : one;
    });
    assert.equal(firstStop(faceless, without.samples), null);
  });

  it('on draws with a known truth it stops early locks, and hardly ever late ones', () => {
    const stopped = (kind: string) =>
      Array.from({ length: 20 }, (_, seed) => drawSweep(kind, seed + 1, 15).input).filter(
        ({ checkpoints, baseline }) => firstStop(checkpoints, baseline) !== null,
      ).length;
    assert.ok(stopped('locks early') >= 17);
    assert.equal(stopped('still rising at the end'), 0);
  });
});
