import assert from 'node:assert/strict';
import { bytesToWrite, diskFaultOf } from '../../src/aitoolkit/disk.js';
import { temporaryFolder } from '../support/folder.js';
import { shortPlan } from './studio.js';

const flux = { ...shortPlan, rank: 16, preset: { ...shortPlan.preset, arch: 'flux', baseModel: 'org/flux' } };

describe('the disk before a training', () => {
  it('is counted by checkpoints, rank and model: 15 of a Flux LoRA are not three', async () => {
    const few = await bytesToWrite({ plan: { ...flux, steps: 45, saveEvery: 15 }, dataset: [] });
    const many = await bytesToWrite({ plan: { ...flux, steps: 3000, saveEvery: 200 }, dataset: [] });
    assert.ok(many > 1.5 * few && few > 1e9);
  });

  it('too small: says how much is needed, where, and the cure, before anything is started', async () => {
    const plan = { ...flux, steps: 1_000_000, saveEvery: 1 };
    const fault = await diskFaultOf({ plan, workDir: await temporaryFolder(), generation: 1, dataset: [] });
    assert.equal(fault?.type, 'disk-full');
    assert.match(fault.cause, /needs about [\d.]+ GB in .*, where [\d.]+ (GB|MB) are free: free space there/);
  });
});
