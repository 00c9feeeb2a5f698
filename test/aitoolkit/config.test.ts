import assert from 'node:assert/strict';
import { isPlainLora, trainerConfig } from '../../src/aitoolkit/config.js';
import { isTrap, runNameOf } from '../../src/aitoolkit/folders.js';
import { shortPlan } from '../trainer/studio.js';

describe("the trainer's config with an override", () => {
  it('never reaches what the soundness of the run rests on', () => {
    const plan = { ...shortPlan, override: { train: { lr: 0.5, steps: 3 }, save: { save_every: 7 } } };
    const paths = { runName: 'azit-x', trainingFolder: '/t', datasetFolder: '/d', channel: null };
    const { config } = trainerConfig(plan, paths) as { config: { process: Record<string, Record<string, unknown>>[] } };
    const [{ train, save }] = config.process;
    assert.deepEqual([train.lr, train.steps, train.disable_sampling], [0.5, 46, true]);
    assert.deepEqual([save.save_every, save.max_step_saves_to_keep], [15, 9999]);
  });
});

describe('whether the number of modules tells that of the tensors', () => {
  const others: Record<string, Record<string, unknown>>[] = [
    { network: { type: 'lokr' } },
    { network: { all_layers: true } },
    { network: { network_kwargs: { ignore_if_contains: ['x'] } } },
    { network: { split_multistage_loras: true } },
    { train: { learnable_snr_gos: true } },
  ];

  it('a network that saves more or other tensors passes for a plain one', () => {
    assert.ok(isPlainLora(shortPlan));
    assert.ok(isPlainLora({ ...shortPlan, override: { network: { type: 'lora', conv: 4 } } }));
    for (const override of others) assert.ok(!isPlainLora({ ...shortPlan, override }), JSON.stringify(override));
  });
});

describe("the run's name", () => {
  it('begins no other file of the run folder and holds no trap, whatever the project is called', () => {
    for (const name of ['config', 'optimizer', 'my_LoRA_cn', 'a[b]*?', '민아', '  ', 'Mïna K.']) {
      assert.match(runNameOf(name), /^azit-[a-z0-9-]+$/);
      assert.equal(isTrap(runNameOf(name)), false);
    }
    assert.equal(runNameOf('Mïna K.'), 'azit-mina-k');
  });
});
