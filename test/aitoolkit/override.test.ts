import assert from 'node:assert/strict';
import { trainerConfig } from '../../src/aitoolkit/config.js';
import { isTrap, runNameOf } from '../../src/aitoolkit/folders.js';
import { overrideProblems } from '../../src/aitoolkit/override.js';
import { shortPlan } from './studio.js';

describe('training.override', () => {
  it('passes known keys of the right type', () => {
    const override = {
      train: { lr: 1e-4, optimizer: 'adamw8bit', optimizer_params: { weight_decay: 0.01 } },
      network: { linear_alpha: 8, network_kwargs: { ignore_if_contains: ['proj_out'] } },
      datasets: { resolution: [512, 768], caption_dropout_rate: 0.05 },
      model: { quantize: true },
    };
    assert.deepEqual(overrideProblems(override), []);
  });

  for (const [override, problem] of [
    [{ trian: { lr: 1 } }, /trian is no key .*did you mean train\?/],
    [{ train: { optimiser: 'adamw' } }, /did you mean train\.optimizer\?/],
    [{ train: { lr: '1e-4' } }, /train\.lr must be a number/],
    [{ train: 3 }, /train must be a mapping/],
    [{ train: { steps: 10 } }, /set training\.steps/],
    [{ save: { save_every: 10 } }, /set training\.saveEvery/],
    [{ network: { linear: 10 } }, /set training\.rank/],
    [{ network: { pretrained_lora_path: '/x' } }, /worker's to decide/],
    [{ model: { name_or_path: 'evil/model' } }, /worker's to decide/],
    [{ model: { model_kwargs: { lora_path: '/etc/passwd' } } }, /worker's to decide/],
    [{ datasets: { folder_path: '/home' } }, /worker's to decide/],
    [{ save: { push_to_hub: true } }, /worker's to decide/],
    [{ save: { hf_repo_id: 'me/mina' } }, /worker's to decide/],
    [{ train: { start_step: 5 } }, /worker's to decide/],
    [{ training_folder: '/tmp' }, /worker's to decide/],
    [{ device: 'cuda:1' }, /worker's to decide/],
    [{ type: 'generate' }, /worker's to decide/],
    [{ constructor: {} }, /no key/],
    [{ train: { toString: 1 } }, /no key/],
  ] as [Record<string, unknown>, RegExp][]) {
    it(`refuses ${JSON.stringify(override)}, which ai-toolkit would take or ignore silently`, () => {
      const problems = overrideProblems(override);
      assert.equal(problems.length, 1);
      assert.match(problems[0], problem);
    });
  }

  it('never reaches what the soundness of the run rests on', () => {
    const plan = { ...shortPlan, override: { train: { lr: 0.5, steps: 3 }, save: { save_every: 7 } } };
    const paths = { runName: 'azit-x', trainingFolder: '/t', datasetFolder: '/d' };
    const { config } = trainerConfig(plan, paths) as { config: { process: Record<string, Record<string, unknown>>[] } };
    const [{ train, save }] = config.process;
    assert.deepEqual([train.lr, train.steps, train.disable_sampling], [0.5, 46, true]);
    assert.deepEqual([save.save_every, save.max_step_saves_to_keep], [15, 9999]);
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
