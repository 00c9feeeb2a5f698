import assert from 'node:assert/strict';
import { recordsOf, trainingKeyOf } from '../../src/activities/training-key.js';
import { TrainingRecords } from '../../src/activities/training-records.js';
import { openStore } from '../../src/artifacts/store.js';
import type { TrainLoraInput } from '../../src/run/contracts.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';

describe('what a training shares with those of an earlier version', () => {
  after(removeTemporaryFolders);

  const image = { sha256: 'a'.repeat(64), bytes: 1, mediaType: 'image/png', name: 'front.png' };
  const inputOf = (family: 'sandbox' | 'sd15'): TrainLoraInput => ({
    runId: 'mina',
    name: 'mina',
    trigger: 'mnaz',
    family,
    steps: 60,
    saveEvery: 20,
    rank: 2,
    seed: 42,
    override: {},
    dataset: [{ name: 'front', image, caption: 'mnaz, front view' }],
    round: 0,
  });

  it("is nothing where the sandbox's trainer teaches otherwise, but for a run that it had begun", async () => {
    const store = await openStore(await temporaryFolder());
    const input = inputOf('sandbox');
    const before = '82c095311f53f0a068fdead996f0c4d459cca0843fc793934ce3cae41574b335';
    const holder = { runId: 'mina', workflowId: 'azit-mina', activityId: '5', attempt: 1 };
    const about = { round: 0, publishedStep: 0, host: 'h', pid: 1, saveEvery: 20, holder };
    await new TrainingRecords(store, before).claimAfter(null, about);
    assert.notEqual(trainingKeyOf(input), before);
    assert.equal(await recordsOf({ ...input, runId: 'another' }, store), trainingKeyOf(input));
    assert.equal(await recordsOf(input, store), before);
  });

  it('is everything where the trainer is of others, whose version a worker alone knows', () => {
    assert.equal(trainingKeyOf(inputOf('sd15')), '341c80dae9509cdb3de601e4ff81f9cd7de1c07f197d648c33dba40dc8181ceb');
  });
});
