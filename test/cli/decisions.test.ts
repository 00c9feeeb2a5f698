import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { GateOption } from '../../src/run/record.js';
import type { RunStatus } from '../../src/run/messages.js';
import { azit } from '../support/command.js';
import { quickProject, startQuickRig, type QuickRig } from '../support/quick-run.js';
import { stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

describe('the commands by which a person decides', function () {
  this.timeout(120_000);
  let rig: QuickRig;
  before(async () => {
    rig = await startQuickRig();
  });
  after(async () => {
    await rig.close();
    await stopSharedTemporal();
  });

  const type = (...words: string[]) =>
    azit(rig.folder, words, {
      TEMPORAL_ADDRESS: rig.address,
      AZIT_STORE: rig.store.location,
      AZIT_TASK_QUEUE: rig.taskQueuePrefix,
    });

  it('name what is offered and its file, print one document each, and show another checkpoint of the finished run', async () => {
    const run = await rig.client.start({ ...quickProject, approvals: ['dataset'] }, { id: 'typed' });
    await until('it waits', async () => (await run.status()).waitingFor !== null);
    const waiting = await type('status', 'typed', '--json');
    assert.equal(waiting.code, 3, waiting.stderr);
    const { waitingFor } = JSON.parse(waiting.stdout) as RunStatus;
    const options = (waitingFor?.options ?? []) as (GateOption & { path: string })[];
    assert.deepEqual([options.length, options[3].path], [8, join('.azit', 'gates', 'typed', 'dataset', '3.png')]);
    assert(options.every(({ name = '', path }) => /^yaw/.test(name) && existsSync(join(rig.folder, path))));

    const dropped = await type('approve', 'typed', '--gate', 'dataset', '--drop', '3', '--json');
    assert.equal(dropped.code, 0, dropped.stderr);
    const { action, gate, drops } = JSON.parse(dropped.stdout) as Record<string, unknown>;
    assert.deepEqual([action, gate, drops], ['approve', 'dataset', [3]]);
    assert.equal((await run.result()).chosenStep, 40);

    const cancelled = await type('cancel', 'typed');
    assert.equal(cancelled.code, 2);
    assert.match(cancelled.stderr, /^The run 'typed' has completed: there is nothing to stop\./m);
    const shown = await type('choose', 'typed', '--step', '20', '--out', 'anew', '--json');
    assert.equal(shown.code, 0, shown.stderr);
    assert.equal((JSON.parse(shown.stdout) as { chosenStep: number }).chosenStep, 20);
    assert(existsSync(join(rig.folder, 'anew', 'report.json')));
    assert.match((await type('status', 'typed')).stdout, /choice by a person: checkpoint 20 · A person chose step 20/);
    assert.match((await type('choose', 'typed', '--step', '20')).stderr, /step 20 is already chosen/);
  });
});
