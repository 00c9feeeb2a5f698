import assert from 'node:assert/strict';
import type { RunHandle } from '../../src/client/index.js';
import { quickProject, startQuickRig, type QuickRig } from '../support/quick-run.js';
import { stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

/** Twelve checkpoints; identity rises up to that of step 60, and stands. */
const lockedAt = 60;
const stoppable = {
  ...quickProject,
  training: { steps: 240, saveEvery: 20, stop: 'when-locked' as const },
  sweep: { ...quickProject.sweep, steps: [160, 200, 220, 240], seeds: 2 },
};

describe('a training that may stop early', function () {
  this.timeout(60_000);
  let rig: QuickRig;
  const runs = new Map<string, Promise<RunHandle>>();
  /** Those whose identity never stops rising. */
  const rising = new Set<string>();
  /** Those whose trainer saves no step above this before it is told to end. */
  const lastSaves = new Map<string, number>();
  /** The one that is under way. */
  let current = '';
  before(async () => {
    rig = await startQuickRig({
      found({ identity }, unit, index) {
        const [, step] = /^(?:step|watch)-(\d+)$/.exec(unit) ?? [];
        if (step === undefined || identity === null) return {};
        const end = rising.has(current) ? 240 : lockedAt;
        const level = 0.3 + 0.4 * Math.min(1, Number(step) / end) + (index % 4) / 100;
        return { identity: level, nearestTraining: level + 0.05 };
      },
      // One checkpoint ahead of what is judged, as a trainer is; and none any more once it is to stop.
      beforeSave: ({ runId }, step, signal) =>
        until('the one before last is watched', async () => {
          if (step > (lastSaves.get(runId) ?? Infinity)) return signal.aborted;
          if (runId === 'by-hand') return true;
          const run = await runs.get(runId);
          if (!run) return true;
          const { timeline } = await run.reportData();
          if (timeline.some(({ text }) => text.startsWith('the training may stop'))) return signal.aborted;
          const { training } = await run.status();
          return signal.aborted || (training?.watch?.checkpoints ?? 0) >= step / 20 - 2;
        }),
    });
  });
  after(async () => {
    await rig.close();
    await stopSharedTemporal();
  });

  function start(id: string, project: object = {}): Promise<RunHandle> {
    current = id;
    const run = rig.client.start({ ...stoppable, name: id, ...project }, { id });
    // Before it has started: its trainer may save all it has while the answer is still under way.
    runs.set(id, run);
    return run;
  }

  it('it trains on after identity has stopped rising, or the sweep waits for steps that never come', async () => {
    const run = await start('locks');
    const { chosenStep } = await run.result();
    const { training, sweep, stages } = await run.status();
    const { stopped, watch } = training!;
    assert.match(
      stopped!.reason,
      /^stopped at (180|200|220) of 240: identity most likely stopped rising at 60 \(by 100 with/,
    );
    assert.ok(watch!.checkpoints >= 8 && watch!.images === 8 * watch!.checkpoints, JSON.stringify(watch));
    assert.equal(stages[4].message?.startsWith(stopped!.reason), true);
    // Of its own steps fewer than five are saved: all that are, but for the one of the guards.
    const saved = Array.from({ length: stopped!.step / 20 }, (_, at) => 20 * (at + 1));
    assert.deepEqual(
      sweep.map(({ step, state }) => [step, state]),
      saved.slice(1).map((step) => [step, 'scored']),
    );
    assert.equal(chosenStep, lockedAt);
    assert.deepEqual(
      rig.trained.map(({ upTo }) => upTo),
      ['published', undefined, stopped!.step],
    );
    // What was published is kept for it, as the store of a real training does.
    rig.savedBy.set('locks-on', [...rig.savedBy.get('locks')!]);
    const onwards = await run.trainOn();
    await onwards.result();
    assert.equal((await onwards.status()).training?.step, 240);
    assert.equal((await onwards.status()).training?.stopped, undefined);
    assert.equal(rig.trained.at(-1)?.upTo, undefined);
    await assert.rejects(onwards.trainOn(), /can't continue the run '.*': its project does not set training\.stop/);
    const { timeline, training: told } = await run.reportData();
    assert.equal(told?.stopped?.kind, 'locked');
    assert.ok(timeline.some(({ text }) => /^the sweep compares .*; it leaves out (200, )?(220, )?240$/.test(text)));
  });

  it('a training whose identity rises to its end is stopped, or what was watched is not told', async () => {
    rising.add('rises');
    const training = { ...stoppable.training, steps: 80 };
    const run = await start('rises', { training, sweep: { ...stoppable.sweep, steps: [60, 80] } });
    await run.result();
    const { training: told, sweep, stages } = await run.status();
    assert.equal(told?.stopped, undefined);
    assert.match(
      stages[4].message ?? '',
      /^trained to the end; checking whether it may stop took \d+ images of \d+ ch/,
    );
    assert.deepEqual(
      sweep.map(({ step }) => step),
      [60, 80],
    );
  });

  it('a person stops one that nobody watches: it trains on, waits for steps that never come, or loses what is saved', async () => {
    lastSaves.set('by-hand', 60);
    const { stop: _, ...training } = stoppable.training;
    // A gate before it: nothing is trained, and nothing is to stop.
    const run = await start('by-hand', { training, approvals: ['anchor'] });
    await until('it waits', async () => (await run.status()).waitingFor);
    await assert.rejects(run.stopTraining(), /There is no training to stop: stage 05 is pending/);
    await run.approve({ gate: 'anchor' });
    await until('three are saved', async () => (await run.status()).training?.step === 60);
    await run.stopTraining({ by: 'ada' });
    await run.result();
    const { training: told, sweep } = await run.status();
    assert.equal(told?.stopped?.reason, 'stopped at 60 of 240: decided by ada');
    // None of its own steps is saved: the saved ones are compared, without the one of the guards.
    assert.deepEqual(
      sweep.map(({ step, state }) => [step, state]),
      [
        [40, 'scored'],
        [60, 'scored'],
      ],
    );
    const { timeline, stages } = await run.reportData();
    assert.ok(timeline.some(({ text }) => text === 'the training is stopped after checkpoint 60: decided by ada'));
    assert.match(stages[4].message ?? '', /to train the rest, run `azit train-on by-hand`/);
    await assert.rejects(run.stopTraining(), /has completed: there is nothing to stop/);
    const more = await run.moreSeeds(3);
    assert.equal(more.runId, 'by-hand-seeds-3');
    await more.cancel();
    await assert.rejects(run.moreSeeds(2), /its sweep has 2; give a whole number above that/);
  });

  it('a person cancels it while it may stop: it is taken for a stop', async () => {
    rising.add('cancelled');
    lastSaves.set('cancelled', 80);
    const run = await start('cancelled');
    await until('it trains', async () => ((await run.status()).training?.watch?.checkpoints ?? 0) > 1);
    await run.cancel();
    assert.equal((await run.outcome()).kind, 'cancelled');
  });
});
