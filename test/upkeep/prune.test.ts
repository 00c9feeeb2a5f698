import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunHandle } from '../../src/client/index.js';
import type { ArtifactRef } from '../../src/run/ref.js';
import { Program } from '../support/program.js';
import { quickProject, startQuickRig, type QuickRig } from '../support/quick-run.js';
import { until } from '../support/until.js';
import { stopSharedTemporal } from '../support/temporal.js';
import { age, assertHeld } from './aged.js';

const plain = { name: 'a.bin', mediaType: 'application/octet-stream' };
const dayMs = 24 * 60 * 60_000;

describe('a store is pruned', function () {
  this.timeout(180_000);
  let rig: QuickRig;
  before(async () => {
    rig = await startQuickRig();
  });
  after(async () => {
    await rig.close();
    await stopSharedTemporal();
  });

  let written = 0;

  async function assertWhole(run: RunHandle): Promise<void> {
    const folder = join(rig.folder, `written-${(written += 1)}`);
    await run.report(folder);
    await assertHeld(rig.store, await run.reportData());
    await run.export({ out: `${folder}-lora` });
  }

  async function completed(id: string): Promise<RunHandle> {
    const run = await rig.client.start(quickProject, { id });
    await run.result();
    return run;
  }

  const put = (bytes = randomBytes(100)): Promise<ArtifactRef> => rig.store.putBytes(bytes, plain);
  const holds = (ref: ArtifactRef): Promise<boolean> =>
    rig.store.readBytes(ref).then(
      () => true,
      () => false,
    );

  it('of what no run needs, and is a day old; of nothing that a run, or a record of a kind unknown to it, names', async () => {
    const run = await completed('kept');
    const [old, signed] = [await put(), await put()];
    await rig.store.putRecord('signatures/of/mina', { claim: `sha256:${signed.sha256}` });
    await rig.store.putRecord(`measurements/${old.sha256.slice(0, 2)}/${old.sha256}-0123456789abcdef`, { faces: 1 });
    const part = join(rig.store.location, 'content', '.0123456789abcdef.part');
    await writeFile(part, 'torn');
    await age(rig.store.location, 2);
    const young = await put();
    assert.deepEqual(await rig.client.prune({ dryRun: true }), {
      ...(await rig.client.prune()),
    });
    assert.deepEqual([await holds(old), await holds(signed), await holds(young)], [false, true, true]);
    assert.ok(!(await readdir(join(rig.store.location, 'content'))).includes('.0123456789abcdef.part'));
    assert.equal((await rig.client.prune()).files, 0);
    await assertWhole(run);
  });

  it('between its look and its sweep somebody stores what it would remove: it stays', async () => {
    const bytes = randomBytes(100);
    const ref = await put(bytes);
    const other = await put();
    await age(rig.store.location, 2);
    await rig.client.prune({
      onStep: async (step) => {
        if (step === 'records-gone') await put(bytes);
      },
    });
    assert.deepEqual([await holds(ref), await holds(other)], [true, false]);
  });

  it('with the runs that ended longer ago than asked for', async () => {
    const [first, second] = [await completed('first'), await completed('second')];
    const { finishedAt } = await first.status();
    await age(rig.store.location, 2);
    const olderThanMs = Date.now() - Date.parse(finishedAt ?? '') - 1;
    const { removed } = await rig.client.prune({ olderThanMs });
    assert.ok(removed.includes('first') && !removed.includes('second'), removed.join());
    await assert.rejects(first.status(), { code: 'no-such-run' });
    await assertWhole(second);
  });

  it('and runs are cut down to their chosen checkpoint: that one can be exported, and the report written', async () => {
    const run = await completed('cut');
    const { checkpoints, choice } = await run.reportData();
    await age(rig.store.location, 2);
    const { cutDown } = await rig.client.prune({ keepChosen: true });
    assert.ok(cutDown.includes('cut'));
    assert.equal(choice?.step, 40);
    assert.deepEqual(await Promise.all(checkpoints.map(({ lora }) => holds(lora))), [false, true]);
    await run.report(join(rig.folder, 'cut-report'));
    await run.export({ out: join(rig.folder, 'cut-lora') });
    await assert.rejects(run.export({ step: 20, out: join(rig.folder, 'cut-lora-20') }), { code: 'not-in-store' });
  });

  it('beside a run of another Temporal: what was touched since that began stays, and only force removes it', async () => {
    const at = new Date(Date.now() - 3 * dayMs).toISOString();
    const before = await put();
    await age(rig.store.location, 4);
    await rig.store.putRecord('starts/far/another-namespace', { runId: 'far', namespaceId: 'another-namespace', at });
    const since = await put();
    await age(join(rig.store.location, 'content', since.sha256.slice(0, 2), since.sha256.slice(2, 4)), 2);
    assert.deepEqual((await rig.client.prune()).elsewhere, ['far']);
    assert.deepEqual([await holds(before), await holds(since)], [false, true]);
    await assert.rejects(rig.client.remove('far'), { code: 'refused', message: /on another Temporal server/ });
    await rig.client.remove('far', { force: true });
    assert.deepEqual((await rig.client.prune()).elsewhere, []);
    assert.equal(await holds(since), false);
  });

  it('beside a run that waits: what its history alone names stays, and it goes on', async () => {
    await rig.client.prune();
    const prompts = Array.from({ length: 16 }, (_, at) => ({ id: `p${at}`, text: `${at} ${'x'.repeat(3_900)}` }));
    const project = { ...quickProject, approvals: ['anchor' as const], sweep: { ...quickProject.sweep, prompts } };
    const run = await rig.client.start(project, { id: 'waits' });
    await until('that is kept', () => rig.store.getRecord('runs/waits/1'));
    await age(rig.store.location, 2);
    assert.equal((await rig.client.prune({ olderThanMs: 0 })).removed.includes('waits'), false);
    await run.approve({ gate: 'anchor' });
    await run.result();
    await assertWhole(run);
    await age(rig.store.location, 2);
    const { files, removed } = await rig.client.prune();
    assert.deepEqual([files, removed], [0, []]);
  });

  it('again finishes the removals of one that was killed', async () => {
    const [gone, stays] = [await completed('gone'), await completed('stays')];
    await age(rig.store.location, 2);
    const { finishedAt } = await gone.status();
    const words = [rig.address, rig.store.location, String(Date.parse(finishedAt ?? '') + 1), 'run-gone'];
    const program = new Program('test/upkeep/programs/prune-store.ts', words);
    await program.says(/at /);
    await program.kill();
    await assertWhole(stays);
    const { removed } = await rig.client.prune();
    assert.ok(removed.includes('gone') && !removed.includes('stays'), removed.join());
    assert.deepEqual((await rig.client.prune()).removed, []);
    await assertWhole(stays);
    await assertWhole(await completed('gone'));
  });
});
