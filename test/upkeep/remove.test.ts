import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunHandle } from '../../src/client/index.js';
import type { ProjectFile } from '../../src/project/schema.js';
import { verifyReportFolder } from '../../src/report/index.js';
import { Program } from '../support/program.js';
import { quickProject, startQuickRig, type QuickRig } from '../support/quick-run.js';
import { stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';
import { age, assertHeld, filesOf } from './aged.js';

/** As `quickProject`, but for the last prompt of its sweep. */
const snowy: ProjectFile = {
  ...quickProject,
  sweep: { ...quickProject.sweep, prompts: [...quickProject.sweep.prompts.slice(0, 5), '[trigger], snow'] },
};

describe('a run is removed', function () {
  this.timeout(120_000);
  let rig: QuickRig;
  beforeEach(async () => {
    rig = await startQuickRig();
  });
  afterEach(() => rig.close());
  after(stopSharedTemporal);

  let reports = 0;
  let pairs = 0;
  const twoIds = () => [`rain-${(pairs += 1)}`, `snow-${pairs}`];

  async function completed(project: ProjectFile, id: string): Promise<RunHandle> {
    const run = await rig.client.start(project, { id });
    await run.result();
    return run;
  }

  /** Every content that its report names can be read, and its LoRA can be had. */
  async function assertWhole(run: RunHandle): Promise<void> {
    const { json } = await run.report(join(rig.folder, `report-${(reports += 1)}`));
    assert.ok((await assertHeld(rig.store, JSON.parse(await readFile(json, 'utf8')))) > 20);
    await run.export({ out: join(rig.folder, `lora-${reports}`) });
  }

  /** As `azit report --keep-metadata` does, from what the store has. */
  async function assertReported(run: RunHandle): Promise<void> {
    const { directory } = await run.report(join(rig.folder, `report-${(reports += 1)}`), { keepMetadata: true });
    assert.deepEqual(await verifyReportFolder(directory), { ok: true, problems: [] });
  }

  const listed = async (): Promise<string[]> => (await rig.client.list()).map(({ runId }) => runId);

  it('with what it alone holds: the other run is whole, and the same run begins anew', async () => {
    const [rain, snow] = twoIds();
    await completed(quickProject, rain);
    const afterRain = await filesOf(rig.store.location);
    const other = await completed(snowy, snow);
    await age(rig.store.location, 2);
    const { runs, total } = await rig.client.storage();
    const usage = runs.get(rain);
    assert.ok(usage && usage.alone > 0 && usage.shared > 0, JSON.stringify(usage));
    const before = await filesOf(rig.store.location);
    const wouldFree = await rig.client.remove(rain, { dryRun: true });
    assert.deepEqual(await filesOf(rig.store.location), before, 'a dry run removes nothing');
    assert.ok((await listed()).includes(rain));
    assert.deepEqual(await rig.client.remove(rain), wouldFree);
    assert.ok(!(await listed()).includes(rain));
    await assert.rejects(rig.client.run(rain).status(), { code: 'no-such-run' });
    assert.equal((await rig.client.storage()).total, total - usage.alone);
    await assertReported(other);
    await assertWhole(other);
    await assertWhole(await completed(quickProject, rain));
    const missing = new Set(afterRain);
    for (const path of await filesOf(rig.store.location)) missing.delete(path);
    assert.deepEqual(
      [...missing].filter((path) => /\.png$/.test(path)),
      [],
    );
  });

  it('that goes on is refused, and nothing of it is touched', async () => {
    const id = 'waits';
    const run = await rig.client.start({ ...quickProject, approvals: ['anchor'] }, { id });
    await until('it waits', async () => (await run.status()).state === 'waiting');
    await until('that is kept', () => rig.store.getRecord(`runs/${id}/1`));
    await age(rig.store.location, 2);
    const before = await filesOf(rig.store.location);
    await assert.rejects(rig.client.remove(id), {
      code: 'refused',
      message: /has not ended: stop it with `azit cancel/,
    });
    assert.deepEqual(await filesOf(rig.store.location), before);
    await run.approve({ gate: 'anchor' });
    await run.result();
    await assertWhole(run);
    await assert.rejects(rig.client.remove('nobody'), { code: 'no-such-run' });
  });

  it('of which the other run reaches everything leaves all images', async () => {
    const [one, two] = twoIds();
    await completed(quickProject, one);
    const other = await completed(quickProject, two);
    await age(rig.store.location, 2);
    await rig.client.remove(one);
    await assertWhole(other);
  });

  it('by processes that are killed at every point, one after the other: all the time the other run is whole', async () => {
    const [rain, snow] = twoIds();
    await completed(quickProject, rain);
    const other = await completed(snowy, snow);
    await age(rig.store.location, 2);
    const { runs, total } = await rig.client.storage();
    for (const point of ['noted', 'forgotten', 'run-gone', 'records-gone', 'contents-gone']) {
      const program = new Program('test/upkeep/programs/remove-run.ts', [rig.address, rig.store.location, rain, point]);
      await program.says(/at /);
      await program.kill();
      await assertWhole(other);
      await assert.rejects(rig.client.start(quickProject, { id: rain }), {
        code: 'refused',
        message: /is being removed/,
      });
    }
    await rig.client.remove(rain);
    assert.equal((await rig.client.storage()).total, total - (runs.get(rain)?.alone ?? 0));
    await assertWhole(await completed(quickProject, rain));
  });
});
