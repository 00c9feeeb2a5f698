import assert from 'node:assert/strict';
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
  });

  it('goes the whole way, so that tests of the workflow need no renderer', async () => {
    const run = await rig.client.start(quickProject, { id: 'quick' });
    const { chosenStep, state } = await run.result();
    assert.deepEqual({ state, chosenStep }, { state: 'completed', chosenStep: 40 });
    assert.equal(rig.trained[0].dataset.length, 6);
    assert.deepEqual(
      rig.reported[0].stages.map(({ outputs }) => outputs.length),
      [3, 2, 3, 5, 0, 1],
    );
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
});
