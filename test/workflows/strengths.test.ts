import assert from 'node:assert/strict';
import { hasCode } from '../../src/client/errors.js';
import type { RunHandle } from '../../src/client/index.js';
import { quickProject, startQuickRig, type QuickRig } from '../support/quick-run.js';
import { stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

const twoStrengths = { ...quickProject, sweep: { ...quickProject.sweep, strength: [1, 0.6] } };

describe('a sweep of several strengths', function () {
  this.timeout(60_000);
  let rig: QuickRig;
  before(async () => {
    // At 0.6 each image is much less like the person.
    rig = await startQuickRig({
      found: ({ identity }, unit, index) =>
        unit.startsWith('step-') && index < 6 ? { identity: (identity ?? 0) - 0.1 } : {},
    });
  });
  after(async () => {
    await rig.close();
    await stopSharedTemporal();
  });

  const refused = (pattern: RegExp) => (error: unknown) =>
    hasCode(error, 'refused') && pattern.test((error as Error).message);
  const isAtGate = (run: RunHandle) => until('the gate', async () => (await run.status()).waitingFor !== null);

  it('a checkpoint is rendered once a strength, or the choice does not say at which', async () => {
    const run = await rig.client.start(twoStrengths, { id: 'two' });
    const { chosenStep, chosenStrength } = await run.result();
    assert.deepEqual([chosenStep, chosenStrength], [40, 1]);
    const sweep = rig.rendered
      .filter(({ stage }) => stage === 'sweep')
      .map(({ unit, grid }) => [unit, grid?.strengths]);
    assert.deepEqual(sweep.toSorted(), [
      ['baseline', undefined],
      ['step-20', [0.6, 1]],
      ['step-40', [0.6, 1]],
    ]);
    const [editorial] = rig.rendered.filter(({ stage, lora }) => stage === '06-editorial' && lora);
    assert.deepEqual([editorial.unit, editorial.lora?.strength], ['step-40-strength-1', 1]);
    const { choice, checkpoints, strips, run: told } = await run.reportData();
    assert.equal(choice?.strength, 1);
    assert.match(choice.reason, /Strength 1 has the highest identity: checkpoint 40 at strength 0\.6 is 0\.100 lower/);
    assert.deepEqual([told.strength, told.strengths], [1, [0.6, 1]]);
    assert.deepEqual(
      checkpoints.map(({ step, identity, strengths }) => [step, identity?.mean, strengths?.map((at) => at.strength)]),
      [
        [20, 0.61, [0.6, 1]],
        [40, 0.71, [0.6, 1]],
      ],
    );
    assert.deepEqual(
      strips.slice(0, 2).map(({ prompt, strength, images }) => [prompt, strength, images.length]),
      [
        [strips[0].prompt, 0.6, 2],
        [strips[0].prompt, 1, 2],
      ],
    );
    const { sweep: told40 } = await run.status();
    assert.equal(told40[1].identity?.mean, 0.71);
    assert.deepEqual(
      told40[1].strengths?.map(({ strength }) => strength),
      [0.6, 1],
    );
  });

  it('a person names a step and no strength, or one that was not swept, or another after it is over', async () => {
    const run = await rig.client.start({ ...twoStrengths, name: 'asked', approvals: ['checkpoint'] }, { id: 'asked' });
    await isAtGate(run);
    const { waitingFor } = await run.status();
    assert.deepEqual(
      waitingFor?.options.map(({ name, strength, proposed }) => [name, strength, proposed]),
      [
        ['step 20 at strength 1', 1, false],
        ['step 40 at strength 1', 1, true],
      ],
    );
    await assert.rejects(
      run.choose({ step: 20, strength: 0.8 }),
      refused(/0\.8 is not in the sweep. Available: 0\.6, 1/),
    );
    await run.choose({ step: 20, strength: 0.6 });
    assert.deepEqual(await run.choose({ step: 20, strength: 0.6 }), { already: true, isShownAnew: false });
    const { chosenStep, chosenStrength } = await run.result();
    assert.deepEqual([chosenStep, chosenStrength], [20, 0.6]);
    const { choice, checkpoints } = await run.reportData();
    assert.match(choice?.reason ?? '', /^A person chose step 20 at strength 0\.6; the rule chooses 40 at strength 1\./);
    assert.equal(checkpoints[0].identity?.mean.toFixed(2), '0.51');
    assert.deepEqual(await run.choose({ step: 20, strength: 0.6 }), { already: true, isShownAnew: false });
    await assert.rejects(run.choose({ step: 20, strength: 0.8 }), refused(/0\.8 is not in the sweep/));
    assert.deepEqual(await run.choose({ step: 20, strength: 1 }), { already: false, isShownAnew: true });
    assert.equal((await run.result()).chosenStrength, 1);
    const editorial = rig.rendered.filter(
      ({ runId, stage, lora }) => runId === 'asked' && stage === '06-editorial' && lora,
    );
    assert.deepEqual(
      editorial.map(({ lora }) => lora?.strength),
      [0.6, 1],
    );
    // Without one, the rule's.
    assert.deepEqual(await run.choose({ step: 40 }), { already: false, isShownAnew: true });
    assert.equal((await run.result()).chosenStrength, 1);
  });

  it('of one strength nothing is said of strengths', async () => {
    const run = await rig.client.start({ ...quickProject, name: 'one' }, { id: 'one' });
    const result = await run.result();
    assert.equal('chosenStrength' in result, false);
    const told = JSON.stringify([await run.status(), rig.reported.at(-1)?.choice, rig.reported.at(-1)?.checkpoints]);
    assert.doesNotMatch(told, /strength/i);
    assert.equal(rig.reported.at(-1)?.run.strength, 1);
    assert.deepEqual(await run.choose({ step: 40, strength: 1 }), { already: true, isShownAnew: false });
  });
});
