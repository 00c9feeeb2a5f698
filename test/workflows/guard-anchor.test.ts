import assert from 'node:assert/strict';
import { quickProject, startQuickRig } from '../support/quick-run.js';
import { stopSharedTemporal } from '../support/temporal.js';

it('a sweep of late steps has nothing early to tell copying by, or offers what it compares with', async () => {
  const rig = await startQuickRig();
  try {
    const training = { steps: 40, saveEvery: 10 };
    const sweep = { ...quickProject.sweep, steps: [30, 40] };
    const run = await rig.client.start({ ...quickProject, training, sweep }, { id: 'anchored' });
    await run.result();
    const units = rig.rendered.filter(({ stage }) => stage === 'sweep').map(({ unit }) => unit);
    assert.deepEqual(units.toSorted(), ['baseline', 'step-10', 'step-30', 'step-40']);
    assert.deepEqual(rig.trained[0].sweptSteps, [10, 30, 40]);
    const [{ guardAnchor, checkpoints, timeline }] = rig.reported;
    assert.equal(guardAnchor?.step, 10);
    assert.equal(guardAnchor.identity?.n, 6);
    assert.deepEqual(
      checkpoints.map(({ step }) => step),
      [30, 40],
    );
    assert.ok(timeline.some(({ text }) => text.startsWith('checkpoint 10, only to check for memorisation: identity')));
    const status = await run.status();
    assert.deepEqual(
      status.sweep.map(({ step }) => step),
      [30, 40],
    );
  } finally {
    await rig.close();
    await stopSharedTemporal();
  }
});
