import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadFamilyGraph } from '../../src/comfyui/index.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';
import { quickProject, startQuickRig, type QuickRig } from '../support/quick-run.js';
import { stopSharedTemporal } from '../support/temporal.js';

describe('a pipeline of quick activities', function () {
  this.timeout(60_000);
  let rig: QuickRig;
  before(async () => {
    rig = await startQuickRig();
  });
  after(async () => {
    await rig.close();
    await stopSharedTemporal();
    await removeTemporaryFolders();
  });

  it('goes the whole way, so that tests of the workflow need no renderer', async () => {
    const run = await rig.client.start(quickProject, { id: 'quick' });
    const { chosenStep, state } = await run.result();
    assert.deepEqual({ state, chosenStep }, { state: 'completed', chosenStep: 40 });
    assert.equal(rig.trained[0].dataset.length, 6);
    const { stages } = rig.reported[0];
    assert.deepEqual(
      stages.map(({ outputs }) => outputs.length),
      [3, 2, 3, 5, 0, 1],
    );
    const editors = stages.slice(0, 4).map(({ outputs }) => outputs[0].editor);
    assert.deepEqual(editors, [undefined, 'sandbox', 'sandbox', 'sandbox']);
  });

  it('renders nine more images a set where tests are asked for, keeps them out of the scores, and hands look-alikes on', async () => {
    const sweep = { ...quickProject.sweep, tests: true };
    const run = await rig.client.start({ ...quickProject, name: 'tested', sweep }, { id: 'tested' });
    // All checkpoints show the person without the trigger here: that rules none of them out.
    assert.equal((await run.result()).chosenStep, 40);
    const { checkpoints, choice, stages } = rig.reported.at(-1)!;
    assert.deepEqual(
      checkpoints.map(({ identity, tests }) => [identity?.n, tests?._alone?.identity.n, tests?._other?.change.n]),
      [
        [6, 3, 3],
        [6, 3, 3],
      ],
    );
    assert.ok(choice?.explanation?.some((line) => line.startsWith('Trigger alone, checkpoint 40')));
    const { lookAlikes } = rig.scored.filter(({ unit }) => unit === 'step-40').at(-1)!;
    assert.equal(lookAlikes?.person.sha256, stages[0].chosen);
    assert.equal(lookAlikes?.others.length, 2);
    const { sweep: told } = await run.status();
    assert.equal(told[0].measures?.tests?._without?.n, 3);
  });

  it('the chosen editors do not share the views, are asked in the words of the family, or go without a name', async () => {
    rig.rendered.length = 0;
    const views = { editor: ['qwen-edit-2511', 'klein-4b'] as ('qwen-edit-2511' | 'klein-4b')[] };
    const project = { ...quickProject, name: 'edited', model: 'krea2' as const, views };
    await (await rig.client.start(project, { id: 'edited' })).result();
    const asked = (wanted: string) => rig.rendered.filter(({ stage }) => stage === wanted);
    assert.deepEqual(
      asked('02-canonical').map(({ family }) => family),
      ['qwen-edit-2511'],
    );
    for (const stage of ['03-views-i', '04-views-ii']) {
      const units = asked(stage);
      assert.deepEqual(units.map(({ family }) => family).sort(), ['klein-4b', 'qwen-edit-2511'], stage);
      for (const { family, items } of units)
        for (const { prompt } of items) assert.equal(/^<sks> /.test(prompt), family === 'qwen-edit-2511', prompt);
    }
    for (const stage of ['01-anchor', 'sweep', '06-editorial'])
      assert.deepEqual([...new Set(asked(stage).map(({ family }) => family))], ['krea2'], stage);
    const { run, stages } = rig.reported.at(-1)!;
    assert.deepEqual(run.editors, views.editor);
    const made = stages.find(({ id }) => id === '03-views-i')!.outputs;
    assert.deepEqual(
      made.map(({ editor }) => editor),
      ['qwen-edit-2511', 'klein-4b', 'qwen-edit-2511'],
    );
    // Each image as it was asked for: the order of the views is kept.
    for (const { image, prompt, editor } of made) {
      const [, turned] = /^yaw(-?\d+)/.exec(image.name) ?? [];
      assert.match(
        prompt ?? '',
        turned === '0' ? /front view/ : editor === 'klein-4b' ? /three-quarter/ : /quarter view/,
      );
    }
  });

  it('an editor that takes several images is shown the portrait first, then the kept views that are nearest in yaw', async () => {
    rig.rendered.length = 0;
    const views = { editor: 'klein-4b' as const };
    const dataset = { ...quickProject.dataset, yaw: [-60, -30, 0, 30, 60], pitch: [0, 15] };
    const project = { ...quickProject, name: 'shown', model: 'krea2' as const, dataset, views };
    await (await rig.client.start(project, { id: 'shown' })).result();
    const { stages, references } = rig.reported.at(-1)!;
    const portrait = stages[1].chosen;
    const [first, second] = [stages[2].outputs, stages[3].outputs];
    for (const { inputs } of first)
      assert.deepEqual(
        inputs?.map(({ sha256 }) => sha256),
        [portrait],
      );
    const asked = rig.rendered.filter(({ stage }) => stage === '04-views-ii').flatMap(({ items }) => items);
    assert.deepEqual(
      second.map(({ inputs }) => inputs),
      asked.map(({ image, furtherImages = [] }) => [image, ...furtherImages]),
    );
    const shown = Object.fromEntries(
      second.map(({ view, inputs = [] }) => [view, inputs.slice(1).map(({ name }) => /^yaw-?\d+/.exec(name)?.[0])]),
    );
    // Two of the ten would be held out: the level ones at 0 and at -30 degrees.
    assert.deepEqual(shown['yaw45-pitch0-close-neutral'], ['yaw30', 'yaw60']);
    assert.deepEqual(shown['yaw-15-pitch0-close-neutral'], ['yaw-30', 'yaw0']);
    assert.deepEqual(shown['yaw30-pitch0-close-smile'], ['yaw30', 'yaw30']);
    assert.ok(second.every(({ inputs }) => inputs?.length === 3 && inputs[0].sha256 === portrait));
    // What others were edited from is trained on.
    const used = new Set(second.flatMap(({ inputs = [] }) => inputs.slice(1)).map(({ sha256 }) => sha256));
    const [, ...heldOut] = references;
    assert.equal(heldOut.length, 2);
    for (const { image } of heldOut) assert.ok(!used.has(image.sha256), image.name);
  });

  it('a graph of the person’s own has no place for more than the portrait', async () => {
    rig.rendered.length = 0;
    const edit = join(await temporaryFolder(), 'edit.json');
    await writeFile(edit, JSON.stringify(await loadFamilyGraph('klein-4b', 'edit')));
    const project = { ...quickProject, name: 'own-graph', model: 'flux2-klein' as const, graphs: { edit } };
    await (await rig.client.start(project, { id: 'own-graph' })).result();
    const asked = rig.rendered.filter(({ stage }) => stage === '04-views-ii').flatMap(({ items }) => items);
    assert.ok(asked.length > 0 && asked.every(({ image, furtherImages }) => image && !furtherImages));
  });
});
