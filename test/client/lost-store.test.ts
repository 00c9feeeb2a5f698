import assert from 'node:assert/strict';
import { join } from 'node:path';
import { AzitClient } from '../../src/client/index.js';
import { startQuickRig, type QuickRig } from '../support/quick-run.js';
import { stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

/** The rig's worker cannot read the store that this run was started through. */
describe('a run whose artifact store is lost', function () {
  this.timeout(60_000);
  let rig: QuickRig;
  let client: AzitClient;
  before(async () => {
    rig = await startQuickRig();
    const { address, taskQueuePrefix, folder } = rig;
    const store = join(folder, 'other');
    const queryTimeoutMs = 2_000;
    client = await AzitClient.connect({ store, taskQueuePrefix, temporal: { address }, queryTimeoutMs });
  });
  after(async () => {
    await client.close();
    await rig.close();
    await stopSharedTemporal();
  });

  it('of a short project is called damaged, and the run works in two stores', async () => {
    const run = await client.start({ name: 'mina', anchor: { prompt: 'a face' } }, { id: 'elsewhere' });
    await until('a person is asked', async () => (await run.status()).help !== null);
    const { help } = await run.status();
    assert.equal(help?.type, 'another-store');
    assert.match(
      help.text,
      /^This worker's artifact store is .*store \(empty\), the run's is .*other \([0-9a-f]{8}\)\./,
    );
    assert.match(help.cure, /then resume/);
    assert.equal(help.startAgain, undefined);
    assert.deepEqual(rig.rendered, []);
    // The other way round: a client that brings another store than the run's.
    const there = rig.client.run('elsewhere');
    for (const work of [() => there.report(join(rig.folder, 'report')), () => there.export()])
      await assert.rejects(work(), {
        code: 'another-store',
        message: /^This command's artifact store is .*Run the command/,
      });
    assert.equal((await there.status()).help?.type, 'another-store', 'what needs no file is told');
    await run.cancel();
  });

  it('does not tell why it stands still, or can never be ended', async () => {
    const prompts = Array.from({ length: 16 }, (_, index) => ({
      id: `p${index}`,
      text: `${index} ${'x'.repeat(3_900)}`,
    }));
    const run = await client.start({ name: 'mina', anchor: { prompt: 'a face' }, sweep: { prompts } }, { id: 'lost' });
    await until('the obstacle is told', async () => (await run.obstacle()) !== null);
    await assert.rejects(
      run.status(),
      /can't continue the run.*This worker's artifact store is .*\(\w+\), the run's is .*other \([0-9a-f]{8}\)\..* --force/,
    );
    await run.cancel();
    assert.equal(await run.isOver(), false);
    await run.terminate();
    assert.deepEqual(await run.outcome(), { kind: 'failed', reason: 'terminated by force' });
    await assert.rejects(run.terminate(), { code: 'refused' });
  });
});
