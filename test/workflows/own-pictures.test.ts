import assert from 'node:assert/strict';
import { join } from 'node:path';
import sharp from 'sharp';
import { planRun } from '../../src/plan/plan.js';
import { loadProjectObject } from '../../src/project/load.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';
import { quickProject, startQuickRig, type QuickRig } from '../support/quick-run.js';
import { ApplicationFailure } from '@temporalio/common';
import { findingLines } from '../../src/cli/display/index.js';
import { stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

const jpeg = (background: string) =>
  sharp({ create: { width: 80, height: 80, channels: 3, background } })
    .jpeg()
    .toBuffer();

describe("a person's own images", function () {
  this.timeout(60_000);
  let rig: QuickRig;
  let folder: string;
  let findings: string[] = [];
  /** Of the next audits. */
  const failures: Error[] = [];

  before(async () => {
    const files: Record<string, Buffer> = {};
    for (const [index, colour] of ['#911', '#191', '#119', '#991', '#199'].entries())
      files[`faces/m${index}.jpg`] = await jpeg(colour);
    files['faces/m0 (1).jpg'] = files['faces/m0.jpg'];
    folder = await temporaryFolder(files);
    rig = await startQuickRig({
      activities: () => ({
        auditDataset() {
          const failure = failures.pop();
          return failure
            ? Promise.reject(failure)
            : Promise.resolve({ findings, brief: findings.map((finding) => finding.split(':')[0]) });
        },
      }),
    });
  });
  after(async () => {
    await rig.close();
    await stopSharedTemporal();
    await removeTemporaryFolders();
  });

  const projectOf = (audit: 'warn' | 'stop' | 'off', approvals: 'dataset'[] = []) => {
    const { anchor: _, ...project } = quickProject;
    const dataset = { images: join(folder, 'faces'), heldOut: 2, audit };
    return { ...project, name: ['own', audit, ...approvals].join('-'), dataset, approvals };
  };
  const start = (...words: Parameters<typeof projectOf>) => rig.client.start(projectOf(...words));

  it('a copy stands neither in training nor among the held out, and is shown with its reason', async () => {
    const run = await start('warn');
    await run.result();
    const status = await run.status();
    assert.deepEqual(status.findings, ['left out m0.jpg: duplicate of m0 (1).jpg']);
    assert.deepEqual(findingLines(status), status.findings);
    const { stages, references } = rig.reported.at(-1)!;
    const { outputs, rejected } = stages.find(({ id }) => id === '05-training')!;
    assert.deepEqual(
      rejected.map(({ reason }) => reason),
      ['duplicate of m0 (1).jpg'],
    );
    assert.equal(outputs.length, 5);
    const held = new Set(references.map(({ image }) => image.sha256));
    assert.ok(rig.trained.at(-1)!.dataset.every(({ image }) => !held.has(image.sha256)));
  });

  it('where all are taken, no copy of a trained image is held out', async () => {
    await (await start('off')).result();
    const held = new Set(rig.reported.at(-1)!.references.map(({ image }) => image.sha256));
    assert.ok(held.size > 0 && rig.trained.at(-1)!.dataset.every(({ image }) => !held.has(image.sha256)));
  });

  it('stand in the record of the run: a plan of the same file trains nothing, and more seeds are those of the same images', async () => {
    const project = projectOf('warn');
    const run = await rig.client.start(project, { id: 'kept' });
    await run.result();
    const { toDo } = await planRun(await loadProjectObject(project), rig.store);
    assert.deepEqual(toDo, { images: 0, steps: 0, checkpoints: 0 });
    const { dataset } = rig.trained.at(-1)!;
    await (await run.moreSeeds(2)).result();
    assert.deepEqual(rig.trained.at(-1)!.dataset, dataset);
  });

  it('stops for a person where asked, and goes on without the copy after resume', async () => {
    const run = await start('stop');
    await until('it stops', async () => (await run.status()).state === 'needs-help');
    const { help } = await run.status();
    assert.equal(help?.type, 'pictures-unsuited');
    assert.match(help.text, /m0\.jpg: duplicate of m0 \(1\)\.jpg/);
    await run.resume();
    await run.result();
    assert.equal(rig.trained.at(-1)!.dataset.length, 3);
  });

  it('of AZIT share a wall: the terminal says so, and which key varies it', async () => {
    findings = ['the colour of the background is the same in 100% of the images'];
    const run = await rig.client.start({ ...quickProject, name: 'rendered' });
    await run.result();
    const told = (await run.status()).findings ?? [];
    findings = [];
    assert.equal(told[0], 'audit: the colour of the background is the same in 100% of the images');
    assert.match(told[1], /dataset\.vary: true/);
  });

  it('share a wall that no caption names: the run waits where asked, trains after resume, and says so in its report', async () => {
    findings = ['the colour of the background is the same in 100% of the images: redo with another m1.jpg'];
    const run = await start('stop', ['dataset']);
    await until('it stops for the copy', async () => (await run.status()).state === 'needs-help');
    await run.resume();
    await until('it asks', async () => (await run.status()).state === 'waiting');
    await run.approve({ gate: 'dataset' });
    await until('it stops for the wall', async () => (await run.status()).state === 'needs-help');
    assert.match((await run.status()).help?.text ?? '', /^The colour of the background .* m1\.jpg\./);
    await run.resume();
    await run.result();
    const noted = rig.reported.at(-1)!.timeline.map(({ text }) => text);
    assert.ok(noted.some((text) => text.startsWith('audit: the colour of the background')));
    findings = [];
  });

  it('audited: a finding stops the run and, where it is read, a run with more seeds too; or a failed audit ends the run', async () => {
    findings = ['the colour of the background is the same in 100% of the images: redo with another m1.jpg'];
    failures.push(ApplicationFailure.nonRetryable('the store has no space', 'disk-full'));
    const dataset = { ...quickProject.dataset, audit: 'stop' as const };
    const run = await rig.client.start({ ...quickProject, name: 'audited', dataset });
    await until('it asks for space', async () => (await run.status()).help?.type === 'disk-full');
    await run.resume();
    await until('it stops for the wall', async () => (await run.status()).help?.type === 'views-alike');
    assert.match(
      (await run.status()).help?.text ?? '',
      /^The colour of the background is the same in 100% of the images\.$/,
    );
    await run.resume();
    await run.result();
    const more = await run.moreSeeds(2);
    await until('it stops or ends', async () => ['needs-help', 'completed'].includes((await more.status()).state));
    assert.equal((await more.status()).help, null);
    await more.result();
    findings = [];
  });

  it('asked for at a gate, are trained without a person having seen them', async () => {
    const run = await start('warn', ['dataset']);
    await until('it asks', async () => (await run.status()).state === 'waiting');
    const { waitingFor } = await run.status();
    assert.equal(waitingFor?.options.length, 5);
    await run.reject({ gate: 'dataset', reason: 'too dark' });
    await until('it needs help', async () => (await run.status()).state === 'needs-help');
    assert.match((await run.status()).help?.text ?? '', /rejected the dataset: too dark/);
    await run.resume();
    await until('it asks again', async () => (await run.status()).state === 'waiting');
    await run.approve({ gate: 'dataset', drops: [4] });
    await run.result();
    const { rejected } = rig.reported.at(-1)!.stages.find(({ id }) => id === '05-training')!;
    assert.deepEqual(
      rejected.map(({ reason }) => reason),
      ['duplicate of m0 (1).jpg', 'left out by a person'],
    );
    assert.equal(rig.trained.at(-1)!.dataset.length, 2);
  });
});
