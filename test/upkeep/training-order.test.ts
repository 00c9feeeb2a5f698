import assert from 'node:assert/strict';
import { TrainingRecords, type Claim } from '../../src/activities/training-records.js';
import { takeTurn } from '../../src/activities/training-turn.js';
import { FolderStore } from '../../src/artifacts/folder-store.js';
import { surveyOf } from '../../src/upkeep/survey.js';
import { removeRecords } from '../../src/upkeep/training-order.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';

const claim = { round: 0, publishedStep: 0, host: 'here', pid: 1 };
const holder = { runId: 'new', workflowId: 'azit-new', activityId: '1', attempt: 1 };

/** A training of which nobody needs anything, with three claims of runs that are gone. */
async function abandoned(): Promise<{ store: FolderStore; records: TrainingRecords }> {
  const store = new FolderStore(await temporaryFolder());
  const records = new TrainingRecords(store, 'key');
  for (let before: Claim | null = null, number = 1; number <= 3; number += 1)
    before = await records.claimAfter(before, claim);
  return { store, records };
}

describe('a training that is removed, and begun at the same moment', () => {
  after(removeTemporaryFolders);

  it('is left to the run that has claimed it since the look: its claim stands at the end of a whole chain', async () => {
    const { store, records } = await abandoned();
    const dead = (await surveyOf(store, [])).shared;
    const remove = store.upkeep.removeRecord.bind(store.upkeep);
    store.upkeep.removeRecord = async (key) => {
      // Between our look at the chain and the removal of its first claim.
      if (key.endsWith('claim-1')) await records.claimAfter(await records.owner(), { ...claim, holder });
      await remove(key);
    };
    await removeRecords(store, dead);
    assert.deepEqual((await records.owner())?.holder, holder);
    assert.equal((await records.owner())?.generation, 4);
  });

  it('is claimed once more by a run whose claim came behind a chain that is gone: the next run finds it', async () => {
    const { store } = await abandoned();
    class Raced extends TrainingRecords {
      override async claimAfter(...asked: Parameters<TrainingRecords['claimAfter']>): Promise<Claim | null> {
        const own = await super.claimAfter(...asked);
        if (own?.generation === 4)
          for (const number of [1, 2, 3]) await store.upkeep.removeRecord(`training/key/claim-${number}`);
        return own;
      }
    }
    const records = new Raced(store, 'key');
    const turn = await takeTurn(records, { ...claim, holder });
    assert.ok('claim' in turn);
    assert.deepEqual(await records.owner(), turn.claim);
    assert.equal(await records.successorOf(turn.claim), null);
  });

  it('goes with all of its records, where nobody begins it', async () => {
    const { store, records } = await abandoned();
    await records.noteTold({ ...claim, generation: 1, holder }, 20);
    await removeRecords(store, (await surveyOf(store, [])).shared);
    for await (const { key } of store.upkeep.records()) assert.fail(key);
  });
});
