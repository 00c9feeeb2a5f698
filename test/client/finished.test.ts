import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AzitClient, AzitClientError, type RunHandle } from '../../src/client/index.js';
import type { ProjectFile } from '../../src/project/schema.js';
import { quickProject, startQuickRig, type QuickRig } from '../support/quick-run.js';
import { sharedTemporal, stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

const refused = (words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof AzitClientError, String(error));
  assert.equal(error.code, 'refused', error.message);
  assert.match(error.message, words);
  return true;
};

describe('a run that has ended', function () {
  this.timeout(60_000);
  let rig: QuickRig;
  before(async () => {
    rig = await startQuickRig();
  });
  after(async () => {
    await rig.close();
    await stopSharedTemporal();
  });

  const start = (id: string, more: Partial<ProjectFile> = {}) => rig.client.start({ ...quickProject, ...more }, { id });

  async function completed(id: string): Promise<RunHandle> {
    const run = await start(id);
    await run.result();
    return run;
  }

  /** A Temporal that knows none of these runs, with the same store: as after the end of the retention. */
  async function forgetful(): Promise<AzitClient> {
    const temporal = { address: rig.address, namespace: 'temporal-system' };
    return await AzitClient.connect({ store: rig.store.location, taskQueuePrefix: rig.taskQueuePrefix, temporal });
  }

  async function reportedChoice(run: RunHandle) {
    const { json } = await run.report(join(rig.folder, `report-${run.runId}`));
    return (JSON.parse(await readFile(json, 'utf8')) as (typeof rig.reported)[number]).choice;
  }

  it('says so to whoever decides, instead of denying that it exists', async () => {
    const run = await completed('over');
    for (const [decide, wish] of [
      [() => run.approve({ gate: 'anchor' }), 'approve'],
      [() => run.reject({ gate: 'anchor', reason: 'late' }), 'reject'],
      [() => run.resume(), 'resume'],
      [() => run.cancel(), 'stop'],
    ] as const)
      await assert.rejects(
        decide(),
        refused(new RegExp(`The run 'over' has completed: there is nothing to ${wish}\\.`)),
      );
    await assert.rejects(run.choose({ step: 30 }), refused(/Step 30 has no checkpoint\. Available: 20, 40/));
  });

  it('shows another checkpoint, in stage 06 alone, and says in its report whose choice that is', async () => {
    const run = await completed('shown');
    const rendered = rig.rendered.length;
    assert.deepEqual(await run.choose({ step: 20 }), { already: false, isShownAnew: true });
    assert.equal((await run.result()).chosenStep, 20);
    assert.deepEqual(
      rig.rendered.slice(rendered).map(({ stage, unit }) => [stage, unit]),
      [
        ['06-editorial', 'step-20'],
        ['06-editorial', 'control'],
      ],
    );
    const choice = await reportedChoice(run);
    assert.deepEqual([choice?.step, choice?.by, choice?.advice?.step], [20, 'person', 40]);
    const { state, choice: told, stages, sweep, finishedAt } = await run.status();
    assert.deepEqual([state, told?.step, told?.by], ['completed', 20, 'person']);
    assert.ok(stages.every((stage) => stage.state === 'done') && sweep.every((each) => each.state === 'scored'));
    assert.ok(finishedAt);
    assert.deepEqual(await run.choose({ step: 20 }), { already: true, isShownAnew: false });
    await run.choose({ step: 40 });
    assert.equal((await run.result()).chosenStep, 40);
    assert.match((await reportedChoice(run))?.reason ?? '', /^A person chose step 40, the same as the rule\. /);
  });

  it('is shown once where two clients choose the same step at once, and a third another', async () => {
    const run = await completed('raced');
    const reports = rig.reported.length;
    const steps = [20, 20].map((step) => rig.client.run('raced').choose({ step }));
    const answers = await Promise.all(steps);
    assert.ok(answers.some(({ isShownAnew }) => isShownAnew));
    assert.equal((await run.result()).chosenStep, 20);
    assert.ok(rig.reported.length - reports <= 2);
  });

  it('was terminated: it is said to have failed, and nothing waits for a person', async () => {
    const run = await start('terminated', { approvals: ['anchor'] });
    await until('it waits', async () => (await run.status()).state === 'waiting');
    await (await sharedTemporal()).client.workflow.getHandle(run.workflowId).terminate();
    await until('it has ended', () => run.isOver());
    const { status } = await run.progress();
    assert.deepEqual([status.state, status.waitingFor], ['failed', null]);
    await assert.rejects(run.approve({ gate: 'anchor' }), refused(/was terminated in Temporal: there is nothing/));
    await assert.rejects(run.choose({ step: 20 }), refused(/before its checkpoints were compared/));
  });

  it('and was forgotten by Temporal is read from the store: listed, shown, reported, and not done twice', async () => {
    await completed('forgotten');
    const client = await forgetful();
    try {
      const run = client.run('forgotten');
      const { state, choice, name } = await run.status();
      assert.deepEqual([state, choice?.step, name], ['completed', 40, 'mina']);
      assert.equal((await run.progress()).activities.length, 0);
      assert.equal((await run.result()).chosenStep, 40);
      assert.equal((await reportedChoice(run))?.step, 40);
      const listed = (await client.list()).filter(({ runId }) => runId === 'forgotten');
      assert.deepEqual(
        listed.map((each) => each.state),
        ['completed'],
      );
      await assert.rejects(run.approve({ gate: 'anchor' }), refused(/has completed/));
      assert.equal(await (await client.start(quickProject, { id: 'forgotten' })).isOver(), true);
      const other = { ...quickProject, name: 'other' };
      await assert.rejects(client.start(other, { id: 'forgotten' }), { code: 'id-belongs-to-another-project' });
      await assert.rejects(client.run('never').status(), { code: 'no-such-run' });
    } finally {
      await client.close();
    }
  });

  it('before Temporal knew of its end is said to have failed, and asks nobody', async () => {
    const run = await start('lost', { approvals: ['anchor'] });
    await until('it waits', async () => (await run.status()).state === 'waiting');
    const client = await forgetful();
    const lost = client.run('lost');
    await until('it is kept', () => lost.isOver().catch(() => false));
    const { status } = await lost.progress();
    assert.deepEqual([status.state, status.waitingFor], ['failed', null]);
    assert.equal((await lost.outcome()).kind, 'failed');
    await assert.rejects(
      lost.approve({ gate: 'anchor' }),
      refused(/The run 'lost' was forgotten by Temporal before it ended: .* Run its project file again/),
    );
    await client.close();
    await run.cancel();
  });

  it('by a cancel while it waited is remembered as cancelled', async () => {
    const run = await start('left', { approvals: ['anchor'] });
    await until('it waits', async () => (await run.status()).state === 'waiting');
    await run.cancel();
    assert.deepEqual(await run.outcome(), { kind: 'cancelled' });
    const client = await forgetful();
    const kept = client.run('left');
    assert.equal((await kept.status()).state, 'cancelled');
    assert.deepEqual(await kept.outcome(), { kind: 'cancelled' });
    await client.close();
    await assert.rejects(run.resume(), refused(/The run 'left' was cancelled: there is nothing to resume\./));
  });
});
