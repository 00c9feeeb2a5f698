import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import sharp from 'sharp';
import type { RunHandle } from '../../src/client/index.js';
import type { ProjectFile } from '../../src/project/schema.js';
import { sweepWorkflowIdOf } from '../../src/project/names.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';
import { quickProject, startQuickRig, type QuickOptions, type QuickRig } from '../support/quick-run.js';
import { sharedTemporal, stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

const asUsual: NonNullable<QuickOptions['found']> = () => ({});
const noFace = { faces: 0, identity: null, nearestTraining: null, box: null, pose: null };

describe('a stage of the pipeline', function () {
  this.timeout(60_000);
  let rig: QuickRig;
  let found = asUsual;
  /** What fails the next time, once. */
  const failing = new Set<string>();
  /** Where work waits, and is waiting. */
  let latch: string | null = null;
  let reached: string | null = null;
  /** Of these stages the pictures with a LoRA equal those without it. */
  const alike = new Set<string>();

  function fail(place: string): void {
    if (failing.delete(place)) throw ApplicationFailure.nonRetryable(`${place} has no space`, 'disk-full');
  }

  async function pause(place: string): Promise<void> {
    if (latch !== place) return;
    reached = place;
    await until('let go', () => latch !== place);
  }

  before(async () => {
    rig = await startQuickRig({
      found: (usual, unit, index) => found(usual, unit, index),
      beforeSave: async (_, step) => {
        if (step === 20) fail('05-training');
        if (step === 40) await pause('05-training');
      },
      activities: ({ renderBatch, scoreFaces, chooseCheckpoint, writeReport }) => ({
        async renderBatch(input) {
          fail(input.stage);
          await pause(input.stage);
          const batch = await renderBatch(input);
          if (!alike.has(input.stage)) return batch;
          return { ...batch, items: batch.items.map((item) => ({ ...item, pixelsSha256: `${item.key}` })) };
        },
        async scoreFaces(input, faces) {
          if (input.unit === 'step-40') fail('scores');
          return await scoreFaces({ ...input, ...faces });
        },
        async chooseCheckpoint(input) {
          fail('choice');
          return await chooseCheckpoint(input);
        },
        async writeReport(record) {
          fail('report');
          return await writeReport(record);
        },
      }),
    });
  });
  afterEach(() => {
    found = asUsual;
    latch = reached = null;
    alike.clear();
  });
  after(async () => {
    await rig.close();
    await stopSharedTemporal();
    await removeTemporaryFolders();
  });

  const start = (id: string, more: Partial<ProjectFile> = {}) =>
    rig.client.start({ ...quickProject, name: id, ...more }, { id });
  const stateIs = (run: RunHandle, state: string) =>
    until(`${run.runId} is ${state}`, async () => (await run.status()).state === state);
  const reportOf = (run: RunHandle) => rig.reported.filter((data) => data.run.id === run.runId).at(-1)!;

  it('that failed, whichever, is not gone on with after a resume, with the same seeds, or does again what is done', async () => {
    const stages = ['01-anchor', '02-canonical', '03-views-i', '04-views-ii', '05-training', '06-editorial'];
    for (const place of [...stages, 'sweep', 'scores', 'choice', 'report']) failing.add(place);
    const run = await start('failing');
    for (;;) {
      await until('it stops', async () => ['needs-help', 'completed'].includes((await run.status()).state));
      if ((await run.status()).state === 'completed') break;
      // Training and its sweep may fail one after the other: who resumes for one may resume for both.
      await run.resume().catch((error: Error) => assert.match(error.message, /nothing to resume/));
    }
    assert.equal((await run.result()).chosenStep, 40);
    const { timeline, stages: ended } = reportOf(run);
    const helped = new Set(timeline.filter(({ kind }) => kind === 'help').map(({ stage }) => stage));
    assert.deepEqual([...helped].sort(), [...stages, 'run', 'sweep'].sort());
    assert.equal(failing.size, 0);
    assert.deepEqual(
      ended.map(({ attempts, outputs }) => [attempts, outputs.length]),
      [3, 2, 3, 5, 0, 1].map((outputs) => [2, outputs]),
    );
    assert.ok(ended.every(({ state }) => state === 'done'));
    const drawn = rig.rendered.filter(({ runId, stage }) => runId === run.runId && /^0[1-4]/.test(stage));
    assert.deepEqual(
      drawn.map(({ unit }) => unit),
      ['round-0', 'round-0', 'round-0', 'round-0'],
    );
  });

  for (const [id, bad, words] of [
    ['01-anchor', noFace, /None of the 9 candidates .*no face found \(9 times\)/],
    ['02-canonical', { identity: 0.1 }, /None of the 6 candidates .*0\.10/],
  ] as const)
    it(`${id} of which no candidate passes asks before it has tried three rounds, or tries the same seeds after a resume`, async () => {
      found = (_, unit) => (unit.startsWith(id) ? bad : {});
      const run = await start(`refused-${id}`);
      await stateIs(run, 'needs-help');
      const { help } = await run.status();
      assert.deepEqual([help?.stage, help?.type], [id, 'nothing-passes']);
      assert.match(help?.text ?? '', words);
      found = asUsual;
      await run.resume();
      await run.result();
      const rounds = rig.rendered.filter(({ runId, stage }) => runId === run.runId && stage === id);
      assert.deepEqual(
        rounds.map(({ unit }) => unit),
        ['round-0', 'round-1', 'round-2', 'round-3'],
      );
      const seeds = rounds.flatMap(({ items }) => items.map(({ seed }) => seed));
      assert.equal(new Set(seeds).size, seeds.length);
    });

  it('01 of a photo takes one that no rule takes, or another image than the photo', async () => {
    const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#a53' } })
      .png()
      .toBuffer();
    const image = join(await temporaryFolder({ 'me.png': picture }), 'me.png');
    found = (_, unit) => (unit === '01-anchor' ? { faces: 2 } : {});
    const refused = await start('photo-of-two', { anchor: { image } });
    await stateIs(refused, 'needs-help');
    const { help } = await refused.status();
    assert.deepEqual([help?.type, help?.startAgain], ['photo-unsuited', true]);
    await refused.cancel();
    assert.deepEqual(await refused.outcome(), { kind: 'cancelled' });
    found = asUsual;
    const taken = await start('photo', { anchor: { image } });
    await taken.result();
    const [{ outputs, chosen }] = reportOf(taken).stages;
    assert.deepEqual([outputs.length, outputs[0].image.sha256], [1, chosen]);
  });

  it('03 goes on with fewer than half of its views, or renders those again that it has', async () => {
    found = (_, unit, index) => (unit === '03-views-i round-0' && index === 1 ? noFace : {});
    const some = await start('one-missing');
    await some.result();
    const asked = (run: RunHandle) =>
      rig.rendered
        .filter(({ runId, stage }) => runId === run.runId && stage === '03-views-i')
        .map(({ items }) => items.length);
    assert.deepEqual(asked(some), [3, 1]);
    assert.equal(reportOf(some).stages[2].rejected.length, 1);

    found = (_, unit, index) => (unit.startsWith('03-views-i') && index < 2 ? noFace : {});
    const few = await start('too-few');
    await stateIs(few, 'needs-help');
    assert.match((await few.status()).help?.text ?? '', /Only 1 of 3 views/);
    found = asUsual;
    await few.resume();
    await few.result();
    assert.deepEqual(asked(few), [3, 2, 2, 2]);
    assert.equal(reportOf(few).stages[2].outputs.length, 3);
  });

  it('03 and 04 spend more than the budget, leave a view that it could fill, or do not say what is lacking', async () => {
    const asked = (run: RunHandle) =>
      rig.rendered
        .filter(({ runId, stage }) => runId === run.runId && /^0[34]/.test(stage))
        .map(({ items }) => items.length);
    found = (_, unit, index) => (/^03-views-i round-[0-4]/.test(unit) && index === 0 ? noFace : {});
    const filled = await start('filled', { dataset: { ...quickProject.dataset, budget: { renders: 20 } } });
    await filled.result();
    assert.deepEqual(asked(filled), [3, 1, 1, 1, 1, 1, 5]);
    assert.deepEqual((await filled.status()).coverage, { views: 8, kept: 8, renders: 13, lacks: null });
    const words = rig.rendered.filter(({ runId, stage }) => runId === filled.runId && stage === '03-views-i');
    const prompts = new Set(words.slice(1).map(({ items: [{ prompt }] }) => prompt));
    assert.equal(prompts.size, 2);

    const spent = await start('spent', { dataset: { ...quickProject.dataset, budget: { renders: 10 }, require: 1 } });
    await stateIs(spent, 'needs-help');
    // Five are kept for stage 04.
    assert.deepEqual(asked(spent), [3, 1, 1]);
    const { help } = await spent.status();
    assert.equal(help?.type, 'too-few-views');
    assert.match(help?.text ?? '', /Only 2 of 3 views .* 3 are required.*1 of 3 views has no image .*yaw -30, pitch 0/);
    found = asUsual;
    await spent.resume();
    await spent.result();
    assert.deepEqual(asked(spent), [3, 1, 1, 1, 5]);

    const one = await start('one', { dataset: { ...quickProject.dataset, budget: { renders: 1 } } });
    await stateIs(one, 'needs-help');
    assert.match((await one.status()).help?.text ?? '', / dataset\.budget left no render for 2 of them\.$/);
    await one.cancel();

    found = (_, unit, index) => (unit.startsWith('03-views-i') && index === 0 ? noFace : {});
    const lacking = await start('lacking');
    await lacking.result();
    const { coverage, timeline } = reportOf(lacking);
    assert.deepEqual([coverage?.kept, coverage?.renders, coverage?.bins[0].kept], [7, 10, 0]);
    assert.ok(timeline.some(({ text }) => text.includes('1 of 8 views has no image')));
  });

  it('06 shows a checkpoint where none is chosen, none on a tie, or an image of a LoRA that has no effect', async () => {
    const swept = (unit: string) => unit === 'baseline' || unit.startsWith('step-');
    found = (_, unit, index) => (swept(unit) ? { identity: 0.5 + ((index * 7) % 5) / 100 } : {});
    const flat = await start('never-rises');
    assert.equal((await flat.result()).chosenStep, null);
    assert.equal(reportOf(flat).stages[5].state, 'skipped');

    found = (_, unit) => (swept(unit) ? noFace : {});
    const faceless = await start('no-face');
    assert.equal((await faceless.result()).chosenStep, null);
    assert.deepEqual(
      reportOf(faceless).checkpoints.map(({ identity }) => [identity?.n, identity?.noFace]),
      [
        [0, 6],
        [0, 6],
      ],
    );

    found = (_, unit, index) => {
      const identity = 0.7 + ((index * 7) % 5) / 100;
      return unit.startsWith('step-') ? { identity, nearestTraining: identity - 0.05 } : {};
    };
    const tie = await start('tie');
    assert.equal((await tie.result()).chosenStep, null);
    const { choice, editorial } = reportOf(tie);
    assert.deepEqual([choice?.step, choice?.asGoodAsAny, editorial.length], [null, 20, 1]);

    found = asUsual;
    alike.add('06-editorial');
    const dead = await start('no-effect');
    await stateIs(dead, 'needs-help');
    assert.deepEqual((await dead.status()).help?.type, 'lora-has-no-effect');
    alike.clear();
    await dead.resume();
    assert.equal((await dead.result()).chosenStep, 40);
    const rounds = rig.rendered.filter(({ runId, stage }) => runId === 'no-effect' && stage === '06-editorial');
    assert.deepEqual(
      rounds.map(({ unit, round }) => [unit, round]),
      [
        ['step-40', undefined],
        ['control', undefined],
        ['step-40', 1],
        ['control', 1],
      ],
    );
  });

  for (const [place, state] of [
    ['05-training', 'running'],
    ['sweep', 'running'],
    ['03-views-i', 'running'],
    ['a gate', 'waiting'],
    ['help', 'needs-help'],
  ] as const)
    it(`that is cancelled at ${place} leaves the run going, its sweep, or a question to a person`, async () => {
      latch = place;
      if (place === 'help') failing.add('01-anchor');
      const id = `cancelled-in-${place.replace(' ', '-')}-once`;
      const run = await start(id, { approvals: place === 'a gate' ? ['dataset'] : [] });
      if (state === 'running') await until('it is there', () => reached === place);
      await stateIs(run, state);
      await run.cancel();
      // The trainer saves first; what is asked of a server comes to its end.
      latch = null;
      assert.deepEqual(await run.outcome(), { kind: 'cancelled' });
      const { state: ended, waitingFor, help, stages, lastCheckpoint } = await run.status();
      assert.deepEqual([ended, waitingFor, help], ['cancelled', null, null]);
      assert.ok(stages.every((stage) => !['running', 'waiting', 'needs-help'].includes(stage.state)));
      await assert.rejects(run.trainOn(), /was cancelled\. Run its project file again/);
      if (place !== '05-training') return;
      assert.equal(lastCheckpoint?.step, 40, 'what was saved after the cancel');
      const { client } = await sharedTemporal();
      const sweep = await client.workflow.getHandle(sweepWorkflowIdOf(id)).describe();
      assert.equal(sweep.status.name, 'CANCELLED');
    });
});
