import assert from 'node:assert/strict';
import { ApplicationFailure } from '@temporalio/common';
import type { Notice } from '../../src/run/notice.js';
import { quickProject, startQuickRig, type QuickRig } from '../support/quick-run.js';
import { stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

describe('what people are told of a run', function () {
  this.timeout(60_000);
  let rig: QuickRig;
  let isFull = true;
  const told: Notice[] = [];
  before(async () => {
    rig = await startQuickRig({
      activities: (quick) => ({
        async tellPeople(notice) {
          told.push(notice);
          // News that can't be taken over stop no run.
          if (notice.kind === 'waiting') throw new Error('no space for it');
          return await Promise.resolve();
        },
        async trainLora(input) {
          if (isFull) throw ApplicationFailure.nonRetryable('No space is left', 'disk-full');
          return await quick.trainLora(input);
        },
      }),
    });
  });
  after(async () => {
    await rig.close();
    await stopSharedTemporal();
  });

  it('is not that it waits, needs help or is done, or is told twice', async () => {
    const run = await rig.client.start({ ...quickProject, approvals: ['anchor'] }, { id: 'told' });
    await until('it waits', async () => (await run.status()).waitingFor);
    await run.approve({ gate: 'anchor' });
    await until('it needs help', async () => told.some(({ kind }) => kind === 'needs-help'));
    isFull = false;
    await run.resume();
    await run.result();
    const ids = new Map(told.map((notice) => [notice.id, notice]));
    assert.deepEqual(
      [...ids.values()].map(({ kind }) => kind),
      ['waiting', 'needs-help', 'done'],
    );
    const [waits, help, done] = ids.values();
    assert.match(waits.text, /^It waits at the gate 'anchor': choose the anchor/);
    assert.deepEqual([help.text, help.fix], ['No space is left', 'Free disk space, then resume.']);
    assert.deepEqual(done.run, { id: 'told', name: 'mina', model: 'sandbox' });
    assert.match(done.text, /40/);
    // The first is tried twice, and no more.
    assert.equal(told.length, 4);
  });
});
