import assert from 'node:assert/strict';
import { ApplicationFailure } from '@temporalio/common';
import type { RunHandle } from '../../src/client/index.js';
import { sweepWorkflowIdOf } from '../../src/project/names.js';
import { quickProject, startQuickRig, type QuickRig } from '../support/quick-run.js';
import { sharedTemporal, stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

describe('the sweep beside the training', function () {
  this.timeout(60_000);
  let rig: QuickRig;
  /** Runs whose trainer waits before step 40. */
  const waiting = new Set<string>();
  /** Runs that can't render step 20. */
  const broken = new Set<string>();
  /** Runs whose render server is replaced before step 40. */
  const replaced = new Set<string>();
  before(async () => {
    rig = await startQuickRig({
      beforeSave: ({ runId }, step) => until('let go', () => step < 40 || !waiting.has(runId)),
      activities: ({ renderBatch }) => ({
        async renderBatch(input) {
          if (broken.has(input.runId) && input.unit === 'step-20')
            throw ApplicationFailure.nonRetryable('no space', 'disk-full');
          const batch = await renderBatch(input);
          if (!replaced.has(input.runId) || input.stage !== 'sweep') return batch;
          const server = { version: input.unit === 'step-40' ? '0.33.0' : '0.3.64', flags: ['--cpu'] };
          return { ...batch, server, servers: [server] };
        },
      }),
    });
  });
  after(async () => {
    await rig.close();
    await stopSharedTemporal();
  });

  const scoredBy = async (run: RunHandle) =>
    (await run.status()).sweep.filter(({ state }) => state === 'scored').map(({ step }) => step);
  const needsHelp = (run: RunHandle) => until('it needs help', async () => (await run.status()).state === 'needs-help');

  /** What the sweep was told, in words. */
  async function newsOf(run: RunHandle): Promise<string[]> {
    const { client } = await sharedTemporal();
    const { events } = await client.workflow.getHandle(sweepWorkflowIdOf(run.runId)).fetchHistory();
    return (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) =>
      signal ? `${signal.signalName} of ${signal.input?.payloads?.length}` : [],
    );
  }

  it('a checkpoint waits for the end of the training before it is scored, or is told twice', async () => {
    waiting.add('beside');
    const run = await rig.client.start(quickProject, { id: 'beside' });
    await until('step 20 is scored', async () => (await scoredBy(run)).includes(20));
    assert.equal((await run.status()).stages[4].state, 'running');
    waiting.clear();
    assert.equal((await run.result()).chosenStep, 40);
    assert.deepEqual(await newsOf(run), ['checkpointSaved of 1', 'checkpointSaved of 1', 'trainingEnded of 1']);
    const { checkpoints, baseline } = rig.reported.at(-1)!;
    const { sweep, baseline: told } = await run.status();
    assert.deepEqual(
      checkpoints.map(({ step, identity }) => [step, identity]),
      sweep.map(({ step, identity }) => [step, identity]),
    );
    assert.deepEqual(baseline, told);
  });

  it('a server that is replaced in mid-sweep goes unsaid', async () => {
    replaced.add('two-versions');
    const run = await rig.client.start({ ...quickProject, name: 'two' }, { id: 'two-versions' });
    await run.result();
    const servers = [
      { version: '0.3.64', flags: ['--cpu'], checkpoints: [null, 20] },
      { version: '0.33.0', flags: ['--cpu'], checkpoints: [40] },
    ];
    assert.deepEqual((await run.status()).sweepServers, servers);
    assert.deepEqual(rig.reported.at(-1)!.provenance.sweepServers, servers);
  });

  it('one that is started again after help, while training goes on or has ended, misses what was saved before', async () => {
    for (const [id, endsFirst] of [
      ['again', false],
      ['again-ended', true],
    ] as const) {
      waiting.add(id);
      broken.add(id);
      const run = await rig.client.start({ ...quickProject, name: id }, { id });
      await needsHelp(run);
      assert.equal((await run.status()).help?.stage, 'sweep');
      if (endsFirst) waiting.clear();
      if (endsFirst) await until('training has ended', async () => (await run.status()).stages[4].state === 'done');
      broken.clear();
      await run.resume();
      await until('step 20 is scored', async () => (await scoredBy(run)).includes(20));
      waiting.clear();
      assert.equal((await run.result()).chosenStep, 40, id);
    }
  });
});
