import assert from 'node:assert/strict';
import type { Activities } from '../../src/run/activities.js';
import type { RenderBatchInput, RenderBatchResult } from '../../src/run/contracts.js';
import { sweepWorkflowIdOf, workflowIdOf } from '../../src/project/names.js';
import { itemsOf } from '../../src/activities/render-batch.js';
import { quickProject, startQuickRig, type QuickOptions, type QuickRig } from '../support/quick-run.js';
import { sharedTemporal, stopSharedTemporal } from '../support/temporal.js';

/** Of a run that reuses everything, that of the sweep included. */
const mostEvents = 150;

interface Seen {
  rig: QuickRig;
  /** Units that a render worker was asked for. */
  rendered: string[];
  lookedUp: string[];
  tidied: number;
}

/** Another run had every image, but for those of a unit that is `missing`. */
async function rigThatReuses(missing: string[] = [], lookUp?: () => never): Promise<Seen> {
  const seen = { rendered: [] as string[], lookedUp: [] as string[], tidied: 0 };
  const activities: QuickOptions['activities'] = (quick) => {
    const render = async (input: RenderBatchInput): Promise<RenderBatchResult> => {
      const batch = { ...(await quick.renderBatch(input)), modelFiles: {} };
      if (missing.includes(input.unit)) return batch;
      return { ...batch, reused: { images: itemsOf(input).length, runs: ['other'] } };
    };
    const reuseUnits: Activities['identity']['reuseUnits'] = async ({ units }, faces) => {
      lookUp?.();
      const found = [];
      for (const { render: input, score } of units) {
        seen.lookedUp.push(input.unit);
        if (missing.includes(input.unit)) {
          found.push(null);
          continue;
        }
        const batch = await render(input);
        const images = batch.table ? { images: [], grid: batch.table.artifact } : { images: batch.items };
        found.push({ batch, ...(score ? { scored: await quick.scoreFaces({ ...score, ...faces, ...images }) } : {}) });
      }
      return found;
    };
    return {
      reuseUnits,
      renderBatch(input) {
        seen.rendered.push(input.unit);
        return render(input);
      },
      tidyLoras() {
        seen.tidied += 1;
        return Promise.resolve([]);
      },
    };
  };
  const rig = await startQuickRig({ activities });
  return Object.assign(seen, { rig });
}

describe('a run of which another one had every image', function () {
  this.timeout(60_000);
  after(stopSharedTemporal);

  it(`asks a render server once, looks each unit up once, and leaves at most ${mostEvents} events`, async () => {
    const seen = await rigThatReuses();
    const { rig } = seen;
    try {
      const run = await rig.client.start(quickProject, { id: 'reuses' });
      assert.equal((await run.result()).chosenStep, 40);
      assert.deepEqual(seen.rendered, ['round-0']);
      const units = ['round-0', 'round-0', 'round-0', 'baseline', 'step-20', 'step-40', 'step-40', 'control'];
      assert.deepEqual(seen.lookedUp, units);
      assert.equal(seen.tidied, 0);
      const { timeline, checkpoints } = rig.reported[0];
      assert.deepEqual(
        checkpoints.map(({ step }) => step),
        [20, 40],
      );
      assert.equal(timeline.filter(({ kind }) => kind === 'reuse').length, 9);
      const { workflow } = (await sharedTemporal()).client;
      let events = 0;
      for (const id of [workflowIdOf(run.runId), sweepWorkflowIdOf(run.runId)])
        events += (await workflow.getHandle(id).fetchHistory()).events?.length ?? 0;
      assert.ok(events <= mostEvents, `${events}`);
    } finally {
      await rig.close();
    }
  });

  for (const missing of [['baseline'], ['step-40']])
    it(`but for ${missing[0]}: that is rendered, and nothing else changes`, async () => {
      const seen = await rigThatReuses(missing);
      try {
        const run = await seen.rig.client.start(quickProject, { id: `lacks-${missing[0]}` });
        assert.equal((await run.result()).chosenStep, 40);
        assert.ok(seen.rendered.includes(missing[0]));
        assert.ok(!seen.rendered.includes('step-20'), seen.rendered.join());
        assert.ok(seen.tidied > 0);
      } finally {
        await seen.rig.close();
      }
    });

  it('where nothing can be looked up, every unit is rendered as ever', async () => {
    const seen = await rigThatReuses([], () => {
      throw new Error('the store is damaged');
    });
    try {
      const run = await seen.rig.client.start(quickProject, { id: 'no-lookup' });
      assert.equal((await run.result()).chosenStep, 40);
      assert.equal(seen.lookedUp.length, 0);
      assert.ok(seen.rendered.includes('step-20') && seen.rendered.includes('control'), seen.rendered.join());
    } finally {
      await seen.rig.close();
    }
  });
});
