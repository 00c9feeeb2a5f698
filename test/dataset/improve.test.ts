import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { besides, improvedText, moreRenders } from '../../src/cli/improve.js';
import { scoreOf } from '../../src/choice/statistics.js';
import { moreYaws, weakPoses, weakPoseWords } from '../../src/dataset/improve.js';
import { loadProject } from '../../src/project/load.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';

const whole = scoreOf([0.8, 0.82, 0.78, 0.5, 0.52, 0.49]);
const perPose = { frontal: scoreOf([0.8, 0.82, 0.78]), profile: scoreOf([0.5, 0.52, 0.49]) };
const yaws = [-60, -30, 0, 30, 60];

const written = `# mine
name: mina
anchor: { prompt: a woman }
dataset:
  heldOut: 4 # few
`;

describe('dataset: what to add', () => {
  after(removeTemporaryFolders);

  it('names the pose whose interval lies below the whole, and yaws that it does not have', () => {
    const [weak, ...others] = weakPoses(whole, perPose);
    assert.deepEqual([weak.turn, others.length], ['profile', 0]);
    assert.match(weakPoseWords(weak, yaws), /^profile views are clearly weaker: identity 0\.503 .* at yaw -75 and 75$/);
    assert.match(weakPoseWords(weak, null), /add profile images of the person to the folder$/);
    assert.match(weakPoseWords(weak, [-75, -55, 55, 75]), /has these angles already/);
    assert.deepEqual(weakPoses(whole, { profile: scoreOf([0.5]), frontal: scoreOf([0.3, 0.9, 0.6]) }), []);
    assert.deepEqual(moreYaws('three-quarter', [-45, 0, 45]), [-25, 25]);
  });

  it('allows more renders only where they can bring an image', () => {
    const all = { views: 10, kept: 10, renders: 12, lacks: null };
    const short = { ...all, kept: 8, lacks: '2 of 10 views have no image' };
    assert.deepEqual(moreRenders(all, undefined), { budget: null, hopeless: null });
    assert.deepEqual(moreRenders(short, undefined), { budget: { renders: 20 }, hopeless: null });
    assert.deepEqual(moreRenders(short, { renders: 12, minutes: 3 }).budget, { renders: 24, minutes: 6 });
    const spentAll = moreRenders(short, { renders: 60 });
    assert.equal(spentAll.budget, null);
    assert.match(spentAll.hopeless ?? '', /^2 views have no image after all the rounds/);
  });

  it('renders nothing for a view whose image a person left out, and says how to have another', () => {
    const dropped = { views: 10, kept: 9, renders: 12, dropped: 1, lacks: '1 of 10 views has no image' };
    const { budget, hopeless } = moreRenders(dropped, undefined);
    assert.equal(budget, null);
    assert.match(hopeless ?? '', /^1 view has no image only because a person left it out.* another --id/);
    assert.deepEqual(moreRenders({ ...dropped, kept: 8 }, undefined).budget, { renders: 20 });
  });

  it('writes a file that reads as meant, keeps the comments, and never one over another', async () => {
    const folder = await temporaryFolder({ 'mina.yaml': written });
    const file = join(folder, 'mina.yaml');
    const text = improvedText(written, [...yaws, 75, -75], { renders: 70 });
    const [first, second] = [await besides(file, text), await besides(file, text)];
    assert.deepEqual(
      [first, second].map((path) => basename(path)),
      ['mina-improved.yaml', 'mina-improved-2.yaml'],
    );
    assert.equal(await readFile(file, 'utf8'), written);
    const { dataset } = (await loadProject(first)).project;
    assert.deepEqual(dataset.yaw, [-75, -60, -30, 0, 30, 60, 75]);
    assert.deepEqual([dataset.budget, dataset.heldOut], [{ renders: 70 }, 4]);
    assert.match(text, /^# mine\n[\s\S]*heldOut: 4 # few/);
  });
});
