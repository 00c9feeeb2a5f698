import assert from 'node:assert/strict';
import { TrainingRecords } from '../../src/activities/training-records.js';
import { openStore } from '../../src/artifacts/store.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';

describe('records of a training that an older version began', () => {
  after(removeTemporaryFolders);

  it('hold the state as one file beside its update count, and would no longer be resumed from', async () => {
    const store = await openStore(await temporaryFolder());
    const ref = (name: string) => ({ sha256: 'a'.repeat(64), bytes: 1, mediaType: 'application/octet-stream', name });
    const rest = { dataSha256: 'd', madeBy: null, attempt: 'g1', loss: [], seconds: 1 };
    const optimizer = ref('mnaz-000000020.pt');
    await store.putRecord('training/mina/step-20', { ...rest, step: 20, lora: ref('l'), optimizer, updates: 21 });
    await store.putRecord('training/mina/stop-1', {
      ...rest,
      step: 26,
      lora: ref('l'),
      optimizer: null,
      updates: null,
    });
    const records = new TrainingRecords(store, 'mina');
    const [published] = await records.published(40, 20);
    assert.deepEqual(published.state, { files: [{ name: optimizer.name, ref: optimizer }], mark: 21 });
    assert.ok(!('optimizer' in published));
    const later = { ...rest, step: 20, lora: ref('l'), state: null };
    assert.deepEqual(await records.publish(later), { value: published, first: false });
    const [stop] = await records.stops();
    assert.equal(stop.state, null);
  });
});
