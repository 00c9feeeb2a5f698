import assert from 'node:assert/strict';
import { quickProject, startQuickRig } from '../support/quick-run.js';
import { stopSharedTemporal } from '../support/temporal.js';

it('a pipeline of quick activities goes the whole way, so that tests of the workflow need no renderer', async () => {
  const rig = await startQuickRig();
  try {
    const run = await rig.client.start(quickProject, { id: 'quick' });
    const { chosenStep, state } = await run.result();
    assert.deepEqual({ state, chosenStep }, { state: 'completed', chosenStep: 40 });
    assert.equal(rig.trained[0].dataset.length, 6);
    assert.deepEqual(
      rig.reported[0].stages.map(({ outputs }) => outputs.length),
      [3, 2, 3, 5, 0, 1],
    );
  } finally {
    await rig.close();
    await stopSharedTemporal();
  }
});
