import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GateOption } from '../../src/run/record.js';
import type { RunStatus } from '../../src/run/messages.js';
import { AzitClient } from '../../src/client/index.js';
import { azit } from '../support/command.js';
import { quickProject, startQuickRig, type QuickRig } from '../support/quick-run.js';
import { sharedTemporal, stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

describe('the commands by which a person decides', function () {
  this.timeout(120_000);
  let rig: QuickRig;
  before(async () => {
    rig = await startQuickRig({
      // Of the one that is to be stopped, the last never comes.
      beforeSave: async ({ runId }, step, signal) => {
        if (runId === 'by-word' && step > 20) await until('it is stopped', () => signal.aborted, 60_000);
      },
    });
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
      AZIT_UI: 'http://127.0.0.1:1',
    });

  it('name what is offered and its file, print one document each, and show another checkpoint of the finished run', async () => {
    const run = await rig.client.start({ ...quickProject, approvals: ['dataset'] }, { id: 'typed' });
    await until('it waits', async () => (await run.status()).waitingFor !== null);
    const waiting = await type('status', 'typed', '--json');
    assert.equal(waiting.code, 3, waiting.stderr);
    const { waitingFor } = JSON.parse(waiting.stdout) as RunStatus;
    const options = (waitingFor?.options ?? []) as (GateOption & { path: string })[];
    assert.deepEqual([options.length, options[3].path], [8, join('.azit', 'gates', 'typed', 'dataset', '3.png')]);
    assert.ok(options.every(({ name = '', path }) => /^yaw/.test(name) && existsSync(join(rig.folder, path))));

    const dropped = await type('approve', 'typed', '--gate', 'dataset', '--drop', '3', '--json');
    assert.equal(dropped.code, 0, dropped.stderr);
    const { action, gate, drops } = JSON.parse(dropped.stdout) as Record<string, unknown>;
    assert.deepEqual([action, gate, drops], ['approve', 'dataset', [3]]);
    assert.equal((await run.result()).chosenStep, 40);

    const cancelled = await type('cancel', 'typed');
    assert.equal(cancelled.code, 2);
    // The sentence says what to type instead; no general fix follows it.
    assert.match(cancelled.stderr, /^The run 'typed' has completed: there is nothing to stop\. To choose .*`\.\n$/);
    const shown = await type('choose', 'typed', '--step', '20', '--out', 'anew', '--json');
    assert.equal(shown.code, 0, shown.stderr);
    assert.equal((JSON.parse(shown.stdout) as { chosenStep: number }).chosenStep, 20);
    assert.ok(existsSync(join(rig.folder, 'anew', 'report.json')));
    assert.match((await type('status', 'typed')).stdout, /choice by a person: checkpoint 20 · A person chose step 20/);
    assert.match((await type('choose', 'typed', '--step', '20')).stderr, /step 20 is already chosen/);
  });

  it('stop a training, or refuse as many seeds as there are', async () => {
    const run = await rig.client.start(quickProject, { id: 'by-word' });
    await until('one is saved', async () => (await run.status()).training?.step === 20);
    const stopped = await type('stop-training', 'by-word', '--json');
    assert.deepEqual(JSON.parse(stopped.stdout), {
      runId: 'by-word',
      workflowId: run.workflowId,
      action: 'stop-training',
    });
    await run.result();
    const more = await type('more-seeds', 'by-word', '--seeds', '1');
    assert.match(more.stderr, /^The run 'by-word' can't have more seeds: its sweep has 1; give a whole number above/);
  });

  it('show at the gate of the checkpoint what all its images came to, not the score of the one that is shown', async () => {
    const run = await rig.client.start({ ...quickProject, approvals: ['checkpoint'] }, { id: 'asked' });
    await until('it waits', async () => (await run.status()).waitingFor !== null);
    const { stdout } = await type('status', 'asked');
    const [, ofCheckpoint] = /^checkpoint 40 · (identity .*)$/m.exec(stdout) ?? [];
    assert.ok(ofCheckpoint, stdout);
    assert.ok(stdout.includes(`  1: step 40 · ${ofCheckpoint} · proposed`), stdout);
    await run.cancel();
  });

  it('end in a sentence where no worker answers, and in no stack of the connection that was closed meanwhile', async () => {
    const nobody = { taskQueuePrefix: 'nobody', store: rig.store.location, temporal: { address: rig.address } };
    const client = await AzitClient.connect(nobody);
    await client.start(quickProject, { id: 'unanswered' });
    await client.close();
    const { code, stderr } = await type('export', 'unanswered');
    assert.equal(code, 4, stderr);
    assert.match(stderr, /^No worker responds for the run 'unanswered'\.\nfix: [^\n]*\n$/);
  });

  it('end in a sentence, before any address of a page, where there is no such run', async () => {
    const { code, stderr } = await type('watch', 'unknown');
    assert.equal(code, 2, stderr);
    assert.match(stderr, /^There is no run with the id 'unknown'\.\nfix: List the runs with `azit status`\.\n$/);
  });

  it('leave nobody without a reason where a run was ended in Temporal, nor waiting for its LoRA', async () => {
    const run = await rig.client.start({ ...quickProject, approvals: ['anchor'] }, { id: 'ended' });
    await until('it waits', async () => (await run.status()).waitingFor !== null);
    await (await sharedTemporal()).client.workflow.getHandle(run.workflowId).terminate('the machine was needed');
    const shown = await type('status', 'ended');
    assert.equal(shown.code, 1, shown.stderr);
    assert.match(shown.stdout, /^the run failed: the machine was needed$/m);
    const { failure } = JSON.parse((await type('status', 'ended', '--json')).stdout) as { failure: { reason: string } };
    assert.equal(failure.reason, 'the machine was needed');
    assert.equal((await type('report', 'ended', '--out', 'ended')).code, 0);
    const report = JSON.parse(await readFile(join(rig.folder, 'ended', 'report.json'), 'utf8')) as {
      run: { finishedAt: string | null };
      waitingFor: unknown;
    };
    assert.deepEqual([typeof report.run.finishedAt, report.waitingFor], ['string', null]);
    const exported = await type('export', 'ended');
    assert.equal(exported.code, 2);
    assert.match(
      exported.stderr,
      /ended before its first valid checkpoint.*\nfix: .*if the run has ended, start a new/,
    );
  });
});
