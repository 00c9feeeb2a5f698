import assert from 'node:assert/strict';
import type { AzitClientError } from '../../src/client/index.js';
import { quickProject, startQuickRig, type QuickRig } from '../support/quick-run.js';
import { stopSharedTemporal } from '../support/temporal.js';

describe('a run that is to do again what an earlier run has done', function () {
  this.timeout(60_000);
  let rig: QuickRig;
  before(async () => {
    rig = await startQuickRig();
  });
  after(async () => {
    await rig.close();
    await stopSharedTemporal();
  });

  const freshOf = (runId: string) => {
    const rendered = rig.rendered.filter((input) => input.runId === runId && input.fresh);
    const trained = rig.trained.filter((input) => input.runId === runId && input.fresh);
    return { stages: [...new Set(rendered.map(({ stage }) => stage))].sort(), isTrained: trained.length > 0 };
  };

  it('asks every stage for it, or the one that was named', async () => {
    const plain = await rig.client.start(quickProject);
    await plain.result();
    assert.deepEqual(freshOf(plain.runId), { stages: [], isTrained: false });

    const all = await rig.client.start(quickProject, { fresh: 'all' });
    await all.result();
    assert.equal(all.runId, `${plain.runId}-fresh-1`);
    const stages = ['01-anchor', '02-canonical', '03-views-i', '04-views-ii', '06-editorial', 'sweep'];
    assert.deepEqual(freshOf(all.runId), { stages, isTrained: true });

    const training = await rig.client.start(quickProject, { fresh: '05-training' });
    await training.result();
    assert.deepEqual(freshOf(training.runId), { stages: [], isTrained: true });
    const sweep = await rig.client.start(quickProject, { id: 'swept-again', fresh: 'sweep' });
    await sweep.result();
    assert.deepEqual(freshOf('swept-again'), { stages: ['sweep'], isTrained: false });
  });

  it('goes on with one that is not over, and begins another when it is', async () => {
    const project = { ...quickProject, name: 'twice', approvals: ['anchor' as const] };
    const first = await rig.client.start(project, { fresh: 'all' });
    const again = await rig.client.start(project, { fresh: 'all' });
    assert.equal(again.runId, first.runId);
    const other = await rig.client.start(project, { fresh: 'sweep' });
    assert.equal(other.runId, first.runId.replace(/1$/, '2'));
    await first.cancel();
    await first.outcome();
    assert.match((await rig.client.start(project, { fresh: 'all' })).runId, /-fresh-3$/);
  });

  it('refuses the id of a run that began otherwise', async () => {
    await (await rig.client.start(quickProject, { id: 'plain' })).result();
    await assert.rejects(rig.client.start(quickProject, { id: 'plain', fresh: 'all' }), (error: AzitClientError) => {
      assert.equal(error.code, 'refused');
      assert.match(error.message, /'plain' exists already: give --fresh another --id/);
      return true;
    });
  });
});
