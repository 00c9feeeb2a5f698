import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { TrainingRecords } from '../../src/activities/training-records.js';
import { contentPath } from '../../src/artifacts/path.js';
import { openStore } from '../../src/artifacts/store.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';

describe('records of a training that an older version began', () => {
  after(removeTemporaryFolders);

  it('hold the state as one file beside its update count, and would no longer be resumed from', async () => {
    const store = await openStore(await temporaryFolder());
    const ref = (name: string) => ({ sha256: 'a'.repeat(64), bytes: 1, mediaType: 'application/octet-stream', name });
    const lora = await store.putBytes(Buffer.from('weights'), { name: 'l', mediaType: 'application/octet-stream' });
    const rest = { dataSha256: 'd', madeBy: null, attempt: 'g1', loss: [], seconds: 1 };
    const optimizer = ref('mnaz-000000020.pt');
    await store.putRecord('training/mina/step-20', { ...rest, step: 20, lora, optimizer, updates: 21 });
    await store.putRecord('training/mina/stop-1', {
      ...rest,
      step: 26,
      lora,
      optimizer: null,
      updates: null,
    });
    const records = new TrainingRecords(store, 'mina');
    const [published] = await records.published(40, 20);
    assert.deepEqual(published.state, { files: [{ name: optimizer.name, ref: optimizer }], mark: 21 });
    assert.ok(!('optimizer' in published));
    const later = { ...rest, step: 20, lora, state: null };
    assert.deepEqual(await records.publish(later), { value: published, first: false });
    const [stop] = await records.stops();
    assert.equal(stop.state, null);
  });
});

describe('records of a training that runs share', () => {
  after(removeTemporaryFolders);

  const about = { round: 0, publishedStep: 0, host: 'h', pid: 1 };
  const holder = (runId: string) => ({ runId, workflowId: `azit-${runId}`, activityId: '5', attempt: 1 });

  async function open() {
    const store = await openStore(await temporaryFolder());
    const records = new TrainingRecords(store, 'key');
    const save = async (step: number, weights = `weights ${step}`) => {
      const lora = await store.putBytes(Buffer.from(weights), { name: 'l', mediaType: 'application/octet-stream' });
      const rest = { dataSha256: weights, madeBy: null, attempt: 'g1', loss: [], seconds: 1, by: 'first' };
      return await records.publish({ ...rest, step, lora, state: null });
    };
    return { store, records, save };
  }

  it('show the saves of every run, whatever its interval, up to the steps asked for', async () => {
    const { records, save } = await open();
    await records.claimAfter(null, { ...about, saveEvery: 20, holder: holder('first') });
    for (const step of [20, 40, 60]) await save(step);
    assert.deepEqual(
      (await records.published(50, 25)).map(({ step }) => step),
      [20, 40],
    );
  });

  it('a checkpoint whose content is lost gives way to the next one of its step; a whole one does not', async () => {
    const { store, records, save } = await open();
    const { value } = await save(20);
    assert.equal((await save(20, 'others')).first, false);
    await rm(contentPath(store.location, value.lora.sha256));
    assert.equal((await save(20, 'others')).first, true);
    const [newest] = await records.published(20, 20);
    assert.equal(newest.dataSha256, 'others');
  });

  it('of two that take over from the same attempt one gets the training', async () => {
    const { records } = await open();
    const first = await records.claimAfter(null, { ...about, holder: holder('first') });
    const claims = await Promise.all(
      ['second', 'third'].map((runId) => records.claimAfter(first, { ...about, holder: holder(runId) })),
    );
    assert.equal(claims.filter((claim) => claim !== null).length, 1);
    assert.equal((await records.owner())?.generation, 2);
  });

  it('what one run was told is no news of what another was', async () => {
    const { records } = await open();
    const first = await records.claimAfter(null, { ...about, holder: holder('first') });
    await records.noteTold(first!, 40);
    const second = await records.claimAfter(first, { ...about, holder: holder('second') });
    assert.equal(await records.toldBefore(second!, 9), 0);
    const again = await records.claimAfter(second, { ...about, holder: holder('first') });
    assert.equal(await records.toldBefore(again!, 9), 40);
  });
});
