import assert from 'node:assert/strict';
import { planRun, type RunPlan } from '../../src/plan/plan.js';
import { readDocument, RunRecords } from '../../src/artifacts/run-records.js';
import { askedByRun } from '../../src/plan/asked.js';
import { reuseOf } from '../../src/plan/reuse.js';
import type { RunDocument } from '../../src/run/messages.js';
import { loadProjectObject } from '../../src/project/load.js';
import type { ProjectFile } from '../../src/project/schema.js';
import { stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';
import { quickProject, startQuickRig, type QuickRig } from '../support/quick-run.js';

const { anchor, dataset, training, sweep } = quickProject;

/** What a changed file has left to do after a run of the file before. */
interface Case {
  change: string;
  project: Partial<ProjectFile>;
  /** Of the renders of stages 01, 02, 03, 04, the sweep and 06. */
  images: number[];
  steps?: number;
  note?: RegExp;
}

// The file as it is: 3 candidates, 2 portraits, 3 and 6 views, 3 sets of 6 prompts, 1 editorial image.
const cases: Case[] = [
  { change: 'nothing', project: {}, images: [0, 0, 0, 0, 0, 0] },
  {
    change: 'one more prompt in the sweep',
    project: { sweep: { ...sweep, prompts: [...sweep.prompts, '[trigger], snow'] } },
    images: [0, 0, 0, 0, 3, 1],
    note: /If the same checkpoint is chosen, the images of stage 06 are reused/,
  },
  { change: 'one more seed', project: { sweep: { ...sweep, seeds: 2 } }, images: [0, 0, 0, 0, 18, 1] },
  { change: 'a further strength', project: { sweep: { ...sweep, strength: [0.5, 1] } }, images: [0, 0, 0, 0, 12, 1] },
  { change: 'another strength', project: { sweep: { ...sweep, strength: 0.5 } }, images: [0, 0, 0, 0, 12, 1] },
  { change: 'one more editorial image', project: { editorial: { images: 2 } }, images: [0, 0, 0, 0, 0, 1] },
  {
    change: 'a longer training',
    project: { training: { steps: 60, saveEvery: 20 } },
    images: [0, 0, 0, 0, 0, 1],
    steps: 20,
  },
  {
    change: 'checkpoints so often that the guards compare with an earlier one',
    project: { training: { steps: 40, saveEvery: 10 } },
    images: [0, 0, 0, 0, 18, 1],
    steps: 40,
  },
  {
    change: 'a longer training whose learning rate depends on its length',
    project: { training: { ...training, steps: 60, override: { train: { lr_scheduler: 'cosine' } } } },
    images: [0, 0, 0, 0, 12, 1],
    steps: 60,
  },
  { change: 'another rank', project: { training: { ...training, rank: 4 } }, images: [0, 0, 0, 0, 12, 1], steps: 40 },
  { change: 'another trigger', project: { trigger: 'other' }, images: [0, 0, 0, 0, 18, 1], steps: 40 },
  {
    change: 'one view more',
    project: { dataset: { ...dataset, expressions: ['neutral', 'smile', 'open'] } },
    images: [0, 0, 0, 3, 12, 1],
    steps: 40,
  },
  {
    change: 'another number of portraits',
    project: { canonical: { candidates: 3 } },
    images: [0, 1, 3, 5, 12, 1],
    steps: 40,
  },
  {
    change: 'more candidates',
    project: { anchor: { ...anchor, candidates: 4 } },
    images: [1, 2, 3, 5, 12, 1],
    steps: 40,
  },
  {
    change: 'another anchor seed',
    project: { anchor: { ...anchor, seed: 8 } },
    images: [3, 2, 3, 5, 12, 1],
    steps: 40,
  },
  { change: 'another model', project: { model: 'sd15' }, images: [3, 2, 3, 5, 18, 1], steps: 40 },
  {
    change: 'a gate',
    project: { approvals: ['anchor'] },
    images: [0, 0, 0, 0, 0, 0],
    note: /depends on your deciding/,
  },
];

const stages = ['01-anchor', '02-canonical', '03-views-i', '04-views-ii', 'sweep', '06-editorial'];

const openImages = (plan: RunPlan): number[] =>
  stages.map((id) => {
    const { images, reused } = plan.stages.find((stage) => stage.id === id)!;
    return images - reused;
  });

describe('plan: what an edited file has left to do', function () {
  this.timeout(60_000);
  let rig: QuickRig;

  before(async () => {
    rig = await startQuickRig();
    const run = await rig.client.start(quickProject, { id: 'first' });
    assert.equal((await run.result()).state, 'completed');
  });
  after(async () => {
    await rig.close();
    await stopSharedTemporal();
  });

  const planOf = async (project: Partial<ProjectFile>): Promise<RunPlan> =>
    await planRun(await loadProjectObject({ ...quickProject, ...project }), rig.store);

  for (const { change, project, images, steps = 0, note } of cases)
    it(change, async () => {
      const plan = await planOf(project);
      assert.deepEqual([openImages(plan), plan.toDo.steps], [images, steps]);
      assert.equal(
        plan.toDo.images,
        images.reduce((sum, count) => sum + count),
      );
      if (note) assert.match(plan.notes.join('\n'), note);
    });

  it('names the runs and tells time and disk by what the store has seen; of another model nothing', async () => {
    const known = await planOf({ sweep: { ...sweep, seeds: 2 } });
    assert.deepEqual(known.from, ['first']);
    assert.ok(known.estimate && known.estimate.bytes > 0 && known.estimate.secondsPerImage! > 0);
    const unknown = await planOf({ model: 'sd15' });
    assert.deepEqual([unknown.from, unknown.estimate], [[], null]);
  });

  it('stage 04 of an editor that is shown the views of stage 03 depends on those', async () => {
    const edited = { ...quickProject, model: 'flux2-klein' as const };
    const run = await rig.client.start(edited, { id: 'edited' });
    assert.equal((await run.result()).state, 'completed');
    assert.deepEqual(openImages(await planOf(edited)), [0, 0, 0, 0, 0, 0]);
    const wider = { ...edited, dataset: { ...dataset, yaw: [-30, 0, 30, 60] } };
    // The views of both files: drawn from another choice of images.
    assert.deepEqual(openImages(await planOf(wider)).slice(0, 4), [0, 0, 1, 6]);
    const [{ record }] = (await new RunRecords(rig.store).list(9)).filter((run) => run.model === 'flux2-klein-4b');
    const document = (await readDocument(rig.store, record)) as RunDocument;
    const asked = askedByRun(document.input);
    assert.equal(reuseOf(asked, [document]).images['04-views-ii'], 5);
    // A run of an earlier version showed it the portrait alone, and told of no image.
    for (const { outputs } of document.report.stages) for (const picture of outputs) delete picture.inputs;
    assert.equal(reuseOf(asked, [document]).images['04-views-ii'], 0);
  });

  it('what a person picked in an earlier run is no rule: where nobody is asked, only the candidates are reused', async () => {
    const gated = { ...quickProject, anchor: { ...anchor, seed: 77 }, approvals: ['anchor' as const] };
    const run = await rig.client.start(gated, { id: 'picked' });
    await until('it waits', async () => (await run.status()).waitingFor !== null);
    await run.approve({ gate: 'anchor', picks: [1] });
    assert.equal((await run.result()).state, 'completed');
    assert.deepEqual(openImages(await planOf({ ...gated, approvals: [] })), [0, 2, 3, 5, 12, 1]);
    assert.deepEqual(openImages(await planOf(gated)), [0, 0, 0, 0, 0, 0]);
  });
});
