import assert from 'node:assert/strict';
import { ApplicationFailure } from '@temporalio/common';
import { AzitClientError, type RunHandle } from '../../src/client/index.js';
import type { Gate } from '../../src/project/names.js';
import type { ProjectFile } from '../../src/project/schema.js';
import type { RunStatus } from '../../src/run/messages.js';
import { quickProject, startQuickRig, type QuickRig } from '../support/quick-run.js';
import { stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

const refused = (words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof AzitClientError, String(error));
  assert.equal(error.code, 'refused', error.message);
  assert.match(error.message, words);
  assert.doesNotMatch(error.message, /\n/);
  return true;
};

describe("a person's decisions", function () {
  this.timeout(60_000);
  let rig: QuickRig;
  let runs = 0;
  /** No checkpoint is liker than the renders without LoRA. */
  let isFlat = false;
  /** Until then no view is rendered. */
  let views = Promise.resolve();
  /** Runs whose server has no room left for stage 02. */
  const full = new Set<string>();
  before(async () => {
    rig = await startQuickRig({
      found: (_, unit, index) =>
        isFlat && unit.startsWith('step-') ? { identity: 0.2 + (index % 3) / 100, nearestTraining: 0.1 } : {},
      activities: ({ renderBatch }) => ({
        async renderBatch(input) {
          if (full.has(input.runId) && input.stage === '02-canonical')
            throw ApplicationFailure.nonRetryable('no space', 'disk-full');
          if (input.stage === '03-views-i') await views;
          return await renderBatch(input);
        },
      }),
    });
  });
  after(async () => {
    await rig.close();
    await stopSharedTemporal();
  });

  async function startWith(approvals: Gate[], more: Partial<ProjectFile> = {}): Promise<RunHandle> {
    runs += 1;
    return await rig.client.start({ ...quickProject, ...more, approvals }, { id: `decided-${runs}` });
  }

  async function waitsAt(run: RunHandle, gate: Gate): Promise<NonNullable<RunStatus['waitingFor']>> {
    await until(`${run.runId} waits at ${gate}`, async () => (await run.status()).waitingFor?.gate === gate);
    return (await run.status()).waitingFor!;
  }

  const reportOf = (run: RunHandle) => rig.reported.filter((data) => data.run.id === run.runId).at(-1)!;
  const trainedBy = (run: RunHandle) => rig.trained.find(({ runId }) => runId === run.runId)!;

  it('goes on with the image that was picked, at the gates of both portraits', async () => {
    const run = await startWith(['anchor', 'canonical']);
    const { options } = await waitsAt(run, 'anchor');
    assert.deepEqual(
      options.map(({ index, proposed }) => [index, proposed]),
      [
        [0, true],
        [1, false],
        [2, false],
      ],
    );
    await assert.rejects(
      run.approve({ gate: 'canonical' }),
      refused(/'canonical': the run is waiting at the gate 'anchor'/),
    );
    await assert.rejects(run.approve({ gate: 'dataset' }), refused(/does not list it under 'approvals'/));
    await assert.rejects(run.approve({ gate: 'anchor', drops: [1] }), refused(/takes one pick/));
    await run.approve({ gate: 'anchor', picks: [2] });
    const canonical = await waitsAt(run, 'canonical');
    await assert.rejects(run.approve({ gate: 'anchor' }), refused(/'anchor' is already decided .*number 2/));
    await run.approve({ gate: 'canonical', picks: [1] });
    await run.result();
    const chosen = reportOf(run).stages.map((stage) => stage.chosen);
    assert.deepEqual(chosen.slice(0, 2), [options[2].image.sha256, canonical.options[1].image.sha256]);
  });

  it('tries again after a rejection, once and twice, and the refused ones stand in the report with the reason', async () => {
    const run = await startWith(['anchor', 'dataset']);
    const first = await waitsAt(run, 'anchor');
    await run.reject({ gate: 'anchor', reason: 'too old' });
    await until('others are offered', async () => {
      const { waitingFor } = await run.status();
      return waitingFor && waitingFor.options[0].image.sha256 !== first.options[0].image.sha256;
    });
    await run.reject({ gate: 'anchor', reason: 'too young' });
    await until('others again', async () => (await run.status()).stages[0].rejected === 6);
    await waitsAt(run, 'anchor');
    await run.approve({ gate: 'anchor' });
    await waitsAt(run, 'dataset');
    let draw = (): void => undefined;
    views = new Promise((resolve) => (draw = resolve));
    await run.reject({ gate: 'dataset', reason: 'all blurred' });
    await until('the views are drawn again', async () => (await run.status()).stages[2].rejected === 3);
    const { stages, coverage } = await run.status();
    assert.deepEqual([stages[2].state, stages[3].state, coverage?.lacks], ['running', 'pending', null]);
    draw();
    await waitsAt(run, 'dataset');
    await run.approve({ gate: 'dataset' });
    await run.result();
    const reasons = reportOf(run).stages.map(({ rejected }) => rejected.map(({ reason }) => reason));
    assert.deepEqual([...new Set(reasons[0])], ['a person: too old', 'a person: too young']);
    assert.deepEqual(reasons[3], Array(5).fill('a person: all blurred'));
    const more = await run.moreSeeds(2);
    await more.result();
    const shown = (of: RunHandle) =>
      reportOf(of)
        .stages.slice(0, 4)
        .map(({ chosen, outputs, rejected }) => [
          chosen,
          ...[...outputs, ...rejected].map(({ image }) => image.sha256),
        ]);
    assert.deepEqual(shown(more), shown(run), 'what a person said stands in a run that is made from it');
  });

  it('holds one record of what is left out: training, held-out images, status and report agree', async () => {
    const run = await startWith(['dataset']);
    const { options } = await waitsAt(run, 'dataset');
    assert.equal(options.length, 8);
    const wrong: [picks: number[] | undefined, drops: number[] | undefined, words: RegExp][] = [
      [[0, 0], undefined, /Number 0 is given twice/],
      [[0], undefined, /1 image is too few: at least 4 are needed.*Keep more/],
      [undefined, [0, 1, 2, 3, 4], /3 images are too few: at least 4 are needed/],
      [undefined, [8], /Number 8 is out of range \(0-7\)/],
      [[0, 1, 2, 3], [4], /either 'picks'.* or 'drops'/],
    ];
    for (const [picks, drops, words] of wrong)
      await assert.rejects(run.approve({ gate: 'dataset', picks, drops }), refused(words));
    await run.approve({ gate: 'dataset', drops: [3, 5] });
    await run.result();
    const out = [3, 5].map((index) => options[index].image.sha256);
    const { stages, references } = reportOf(run);
    const views = [stages[2], stages[3]];
    const kept = views.flatMap(({ outputs }) => outputs);
    assert.equal(kept.length, 6);
    assert.deepEqual(
      views.flatMap(({ rejected }) => rejected.map(({ image, reason }) => [image.sha256, reason])),
      out.map((sha256) => [sha256, 'left out by a person']),
    );
    const { dataset } = trainedBy(run);
    const heldOut = kept.filter((picture) => picture.heldOut);
    assert.deepEqual(
      [...dataset.map(({ image }) => image), ...heldOut.map(({ image }) => image)].map(({ sha256 }) => sha256).sort(),
      kept.map(({ image }) => image.sha256).sort(),
    );
    assert.equal(heldOut.length, 2);
    assert.equal(references.length, 3);
    assert.deepEqual(
      (await run.status()).stages.slice(2, 4).map((stage) => stage.kept + stage.rejected),
      [3, 5],
    );
    const more = await run.moreSeeds(2);
    await more.result();
    assert.deepEqual(trainedBy(more).dataset, dataset);
  });

  it('stands where the run is cancelled and the same project started once more', async () => {
    const approvals: Gate[] = ['anchor', 'dataset', 'checkpoint'];
    const run = await startWith(approvals);
    const { options } = await waitsAt(run, 'anchor');
    await run.approve({ gate: 'anchor', picks: [1] });
    await waitsAt(run, 'dataset');
    await run.cancel();
    assert.equal((await run.outcome()).kind, 'cancelled');
    const again = await rig.client.start({ ...quickProject, approvals }, { id: run.runId });
    await waitsAt(again, 'dataset');
    await again.approve({ gate: 'dataset' });
    await waitsAt(again, 'checkpoint');
    await again.choose({ step: 20 });
    await again.result();
    const more = await again.moreSeeds(2);
    await waitsAt(more, 'checkpoint');
    await more.cancel();
    assert.equal(reportOf(again).stages[0].chosen, options[1].image.sha256);
  });

  it('keeps a checkpoint that is chosen early for its own gate, and approves no other gate by it', async () => {
    const run = await startWith(['anchor', 'canonical', 'dataset', 'checkpoint']);
    for (const gate of ['anchor', 'canonical', 'dataset'] as const) {
      await waitsAt(run, gate);
      assert.deepEqual(await run.choose({ step: 20 }), { already: gate !== 'anchor', isShownAnew: false });
      assert.equal((await run.status()).waitingFor?.gate, gate);
      await run.approve({ gate });
    }
    assert.equal((await run.result()).chosenStep, 20);
    const { choice } = reportOf(run);
    assert.deepEqual([choice?.by, choice?.step, choice?.advice?.step], ['person', 20, 40]);
    assert.match(choice?.reason ?? '', /^A person chose step 20; the rule chooses 40\./);
  });

  it('takes a step where the rule chooses none, and no longer says that none is chosen', async () => {
    isFlat = true;
    const run = await startWith(['checkpoint']);
    await waitsAt(run, 'checkpoint').finally(() => (isFlat = false));
    assert.match((await run.status()).choice?.reason ?? '', /No checkpoint is chosen\.$/);
    await run.choose({ step: 20 });
    await run.result();
    const { choice } = reportOf(run);
    assert.match(choice?.reason ?? '', /^A person chose step 20; the rule chooses none\. .*no LoRA/);
    assert.doesNotMatch(choice?.reason ?? '', /is chosen/);
    assert.match(choice?.advice?.reason ?? '', /is chosen\.$/);
  });

  it('names the step of each option at the gate of the checkpoint, and takes a pick, a choice or the proposed one', async () => {
    const ends = [];
    for (const decide of [
      (run: RunHandle) => run.approve({ gate: 'checkpoint' }),
      (run: RunHandle) => run.approve({ gate: 'checkpoint', picks: [0] }),
      (run: RunHandle) => run.choose({ step: 20 }),
      (run: RunHandle) => run.reject({ gate: 'checkpoint', reason: 'none is like her' }),
    ]) {
      const run = await startWith(['checkpoint']);
      const { options } = await waitsAt(run, 'checkpoint');
      assert.deepEqual(
        options.map(({ step, proposed }) => [step, proposed]),
        [
          [20, false],
          [40, true],
        ],
      );
      await decide(run);
      const { chosenStep } = await run.result();
      ends.push([chosenStep, reportOf(run).choice?.by]);
    }
    assert.deepEqual(ends, [
      [40, 'rule'],
      [20, 'person'],
      [20, 'person'],
      [null, 'person'],
    ]);
  });

  it('stand after what needed help is cured, and a resume that comes twice is told that nothing needs it', async () => {
    const run = await startWith(['anchor', 'canonical']);
    const { options } = await waitsAt(run, 'anchor');
    full.add(run.runId);
    await run.choose({ step: 20 });
    await run.approve({ gate: 'anchor', picks: [1] });
    await until('it needs help', async () => (await run.status()).state === 'needs-help');
    await assert.rejects(run.approve({ gate: 'canonical' }), refused(/'canonical': the run needs help/));
    full.clear();
    const both = await Promise.allSettled([run.resume(), rig.client.run(run.runId).resume()]);
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    refused(/There is nothing to resume/)(both.find((each) => each.status === 'rejected')!.reason);
    await waitsAt(run, 'canonical');
    await run.approve({ gate: 'canonical' });
    assert.equal((await run.result()).chosenStep, 20);
    assert.equal(reportOf(run).stages[0].chosen, options[1].image.sha256);
  });

  it('name who approved, rejected, chose, resumed or cancelled in the timeline, also after the end', async () => {
    const run = await startWith(['anchor', 'canonical']);
    const decisions = async (): Promise<string[]> => {
      const { timeline } = await run.reportData();
      return timeline.flatMap(({ kind, text }) => (kind === 'decision' || kind === 'resume' ? [text] : []));
    };
    await waitsAt(run, 'anchor');
    full.add(run.runId);
    await run.reject({ gate: 'anchor', reason: 'no smile', by: 'ada' });
    await waitsAt(run, 'anchor');
    await run.approve({ gate: 'anchor', by: 'ben' });
    await until('it needs help', async () => (await run.status()).state === 'needs-help');
    full.clear();
    await assert.rejects(run.resume({ by: 'x'.repeat(41) }), refused(/'by' is the name of who decides/));
    await run.resume({ by: 'cleo' });
    await waitsAt(run, 'canonical');
    await run.cancel({ by: 'dora' });
    await run.outcome();
    assert.deepEqual(await decisions(), [
      'rejected: no smile (by ada)',
      'approved (by ben)',
      'resumed by cleo',
      'cancelled by dora',
    ]);
    const shown = await startWith([]);
    await shown.result();
    await shown.choose({ step: 20, by: 'emil' });
    await shown.result();
    assert.ok((await shown.reportData()).timeline.some(({ text }) => /^emil chose checkpoint 20/.test(text)));
  });

  it('lets the first of two clients decide, at the same moment and later, and tells the other what was decided', async () => {
    const run = await startWith(['dataset', 'checkpoint']);
    await waitsAt(run, 'dataset');
    const other = rig.client.run(run.runId);
    const both = await Promise.allSettled([
      run.approve({ gate: 'dataset', drops: [1] }),
      other.approve({ gate: 'dataset', drops: [2] }),
    ]);
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    const late = both.find((each) => each.status === 'rejected')!;
    refused(/The gate 'dataset' is already decided \(approved without number [12]\)/)(late.reason);
    const chosen = await Promise.allSettled([run.choose({ step: 20 }), other.choose({ step: 40 })]);
    assert.deepEqual(chosen.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    refused(/Step \d+ is already chosen\. To use step \d+, run `azit choose/)(
      chosen.find((each) => each.status === 'rejected')!.reason,
    );
    await run.result();
    assert.equal(trainedBy(run).dataset.length + 2, 7);
  });
});
