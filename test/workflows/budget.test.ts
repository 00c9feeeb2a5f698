import assert from 'node:assert/strict';
import { ApplicationFailure } from '@temporalio/common';
import { setTimeout as delay } from 'node:timers/promises';
import { whileBeating } from '../../src/activities/liveness.js';
import type { BatchHeartbeat } from '../../src/run/heartbeats.js';
import type { RunHandle } from '../../src/client/index.js';
import { quickProject, startQuickRig, type QuickRig } from '../support/quick-run.js';
import { stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

/** Of an image, and of a training that is not limited. */
const [imageSeconds, trainingSeconds] = [10, 100];

describe('a budget of GPU time', function () {
  this.timeout(60_000);
  let rig: QuickRig;
  /** Runs whose first unit of images fails once, after it has spent a while. */
  const failing = new Set(['retried']);
  /** By run: what its trainer has spent, as one that goes on from its last save. */
  const trained = new Map<string, number>();
  before(async () => {
    rig = await startQuickRig({
      price: 3600,
      activities: ({ renderBatch, trainLora }) => ({
        async renderBatch(input) {
          if (input.runId === 'retried') {
            const isFirst = failing.delete(input.runId);
            const beat = { kind: 'batch', what: 'render', done: 0, of: 1 } as const;
            await whileBeating<BatchHeartbeat, void>(beat, async () => await delay(isFirst ? 1_300 : 0));
            if (isFirst) throw ApplicationFailure.retryable('gone', 'unavailable');
            return await renderBatch(input);
          }
          const batch = await renderBatch(input);
          const images = batch.items.length || batch.table!.looks.split(' ').length;
          return { ...batch, spent: { gpuSeconds: images * imageSeconds } };
        },
        async trainLora(input) {
          const most = input.mostGpuSeconds ?? Infinity;
          const before = trained.get(input.runId) ?? 0;
          trained.set(input.runId, before + most);
          if (most < trainingSeconds - before)
            throw ApplicationFailure.nonRetryable('The budget allows no more.', 'budget-spent', {
              spent: { gpuSeconds: most },
            });
          return { ...(await trainLora(input)), spent: { gpuSeconds: trainingSeconds - before } };
        },
      }),
    });
  });
  after(async () => {
    await rig.close();
    await stopSharedTemporal();
  });

  const start = (id: string, gpuHours: number): Promise<RunHandle> =>
    rig.client.start({ ...quickProject, name: id, budget: { gpuHours } }, { id });
  const help = async (run: RunHandle) => {
    await until('it asks', async () => (await run.status()).state === 'needs-help');
    return (await run.status()).help!;
  };

  const total = async (run: RunHandle) =>
    (await run.status()).spent!.reduce((sum, { gpuSeconds }) => sum + gpuSeconds, 0);

  it('a run within its budget asks, or what each stage spent is not shown', async () => {
    const run = await start('enough', 0.2);
    await run.result();
    const { spent, budget } = await run.status();
    assert.deepEqual(budget, { gpuSeconds: 720 });
    assert.deepEqual(
      spent!.map(({ stage, gpuSeconds }) => [stage, gpuSeconds]),
      [
        ['01-anchor', 30],
        ['02-canonical', 20],
        ['03-views-i', 30],
        ['04-views-ii', 50],
        ['05-training', 100],
        ['sweep', 180],
        ['06-editorial', 20],
      ],
    );
    assert.equal(rig.trained.at(-1)?.mostGpuSeconds, 720 - 130 - 190);
    assert.deepEqual((await run.reportData()).spent?.sweep, { gpuSeconds: 180 });
  });

  it('a training that would pass it goes on, or the person is not told what is spent, left and asked for', async () => {
    const run = await start('scarce', 400 / 3600);
    const { stage, type, text } = await help(run);
    assert.deepEqual([stage, type], ['05-training', 'budget-spent']);
    assert.match(text, /^The budget of 6\.7 CPU minutes does not allow more training\. Spent: .*: 01-anchor 30 CPU/);
    assert.match(text, /05-training 80 CPU seconds.* Left to do: 40 training steps and about \d+ images/);
    assert.match(text, /Resuming allows 40 CPU seconds more\.$/);
    await run.resume();
    await run.result();
    assert.ok((await total(run)) <= 440);
  });

  it('images that would pass it are rendered', async () => {
    const run = await start('images', 65 / 3600);
    const { stage, text } = await help(run);
    assert.equal(stage, '03-views-i');
    assert.match(
      text,
      /^The budget of 65 CPU seconds does not allow the images of stage 03-views-i\. Spent: 50 CPU seconds/,
    );
    // 8 of them of stages 03 and 04.
    assert.match(text, /Left to do: 40 training steps and about 27 images/);
    assert.equal(rig.rendered.filter(({ runId }) => runId === 'images').length, 2);
    await run.cancel();
  });

  it('an attempt that failed has cost nothing', async () => {
    const run = await start('retried', 1);
    await run.result();
    const [anchor] = (await run.status()).spent!;
    assert.equal(anchor.stage, '01-anchor');
    assert.ok(anchor.gpuSeconds > 0.9 && anchor.cost! > 0.9, JSON.stringify(anchor));
  });
});
