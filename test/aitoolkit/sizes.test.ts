import assert from 'node:assert/strict';
import { bytesToWrite } from '../../src/aitoolkit/sizes.js';
import { diskFault } from '../../src/trainer/preparation.js';
import { temporaryFolder } from '../support/folder.js';
import { shortPlan } from '../trainer/studio.js';

const trainers = { 'ai-toolkit': { arch: 'flux', process: {} } };
const flux = { ...shortPlan, rank: 16, preset: { ...shortPlan.preset, baseModel: 'org/flux', trainers } };

describe('the disk before a training', () => {
  it('is counted by checkpoints, rank and model: 15 of a Flux LoRA are not three', async () => {
    const few = await bytesToWrite({ plan: { ...flux, steps: 45, saveEvery: 15 }, dataset: [] });
    const many = await bytesToWrite({ plan: { ...flux, steps: 3000, saveEvery: 200 }, dataset: [] });
    assert.ok(many > 1.5 * few && few > 1e9);
  });

  it('too small: says how much is needed, where, and the cure, before anything is started', async () => {
    const plan = { ...flux, steps: 1_000_000, saveEvery: 1 };
    const fault = await diskFault(await bytesToWrite({ plan, dataset: [] }), await temporaryFolder());
    assert.equal(fault?.type, 'disk-full');
    assert.match(fault.cause, /needs about [\d.]+ GB in .*, but only [\d.]+ (GB|MB) are free: free disk space there/);
  });
});
