import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Comparison } from '../../src/comparison/comparison.js';
import { quickProject, startQuickRig, type QuickRig } from '../support/quick-run.js';
import { stopSharedTemporal } from '../support/temporal.js';

describe('runs are compared', function () {
  this.timeout(120_000);
  let rig: QuickRig;
  before(async () => {
    rig = await startQuickRig();
  });
  after(async () => {
    await rig.close();
    await stopSharedTemporal();
  });

  it('in a folder: what differs in their files, their curves, strips of the same prompt under each other, and a verdict', async () => {
    const { sweep, training } = quickProject;
    const other = {
      ...quickProject,
      training: { ...training, rank: 4 },
      sweep: { ...sweep, prompts: [...sweep.prompts.slice(0, 5), '[trigger], <b>snow</b>'] },
    };
    for (const [id, project] of Object.entries({ one: quickProject, two: other }))
      await (await rig.client.start(project, { id })).result();
    const folder = join(rig.folder, 'compared');
    const told = await rig.client.compare(['one', 'two'], folder);
    const comparison = JSON.parse(await readFile(join(folder, 'comparison.json'), 'utf8')) as Comparison;
    assert.deepEqual(comparison, JSON.parse(JSON.stringify(told)));
    assert.deepEqual(
      comparison.differences.map(({ key }) => key),
      ['training.rank', 'sweep.prompts.rain', 'sweep.prompts.b-snow-b'],
    );
    assert.deepEqual(comparison.differences[0].values, [16, 4]);
    const [{ verdict, isSameMeasure }] = comparison.pairs;
    assert.deepEqual([verdict?.pairs, verdict?.better, verdict?.steps, isSameMeasure], [5, 'neither', [40, 40], true]);
    assert.equal(comparison.strips.length, 7);
    assert.deepEqual(
      comparison.strips.map(({ images }) => images.length),
      [2, 2, 2, 2, 2, 1, 1],
    );
    for (const { images } of comparison.strips)
      for (const { path } of images) assert.equal((await sharp(join(folder, path)).metadata()).format, 'png');
    const page = await readFile(join(folder, 'comparison.html'), 'utf8');
    assert.match(page, /two \(step 40\) and one \(step 40\) do not differ measurably in identity/);
    assert.ok(page.includes('&lt;b&gt;snow') && !page.includes('<b>snow'));
    assert.match(page, /<svg/);
    assert.equal(page.match(/<img src="data:image\/jpeg/g)?.length, 12);
  });

  it('of which one swept several strengths by that of its choice', async () => {
    const sweep = { ...quickProject.sweep, strength: [0.6, 1] };
    for (const [id, project] of Object.entries({
      'one strength': quickProject,
      'two strengths': { ...quickProject, sweep },
    }))
      await (await rig.client.start(project, { id: id.replace(' ', '-') })).result();
    const ids = ['one-strength', 'two-strengths'];
    const { pairs, strips } = await rig.client.compare(ids, join(rig.folder, 'strengths'));
    const { strips: all, run } = await rig.client.run(ids[1]).reportData();
    assert.equal(all.length, 12);
    const identity = all.find(({ strength }) => strength === run.strength)?.images.at(-1)?.identity ?? 0;
    const other = (await rig.client.run(ids[0]).reportData()).strips[0].images.at(-1)?.identity ?? 0;
    assert.equal(pairs[0].verdict?.pairs, 6);
    assert.ok(Math.abs(pairs[0].verdict.difference - (identity - other)) < 1e-9);
    assert.deepEqual(
      strips.map(({ images }) => images.length),
      [2, 2, 2, 2, 2, 2],
    );
  });
});
