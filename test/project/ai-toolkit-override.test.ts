import assert from 'node:assert/strict';
import { overrideProblems } from '../../src/project/ai-toolkit-override.js';

describe('training.override', () => {
  it('passes known keys of the right type', () => {
    const override = {
      train: { lr: 1e-4, optimizer: 'adamw8bit', optimizer_params: { weight_decay: 0.01 } },
      network: { linear_alpha: 8, network_kwargs: { ignore_if_contains: ['proj_out'] } },
      datasets: { resolution: [512, 768], caption_dropout_rate: 0.05 },
      model: { quantize: true, only_if_contains: ['attn'] },
    };
    assert.deepEqual(overrideProblems(override), []);
  });

  for (const [override, problem] of [
    [{ trian: { lr: 1 } }, /trian' is not a key .*the nearest is 'training\.override\.train'/],
    [{ train: { optimiser: 'adamw' } }, /the nearest is 'training\.override\.train\.optimizer'/],
    [{ train: { lr: '1e-4' } }, /train\.lr' must be a number above 0, not the text/],
    [{ train: { lr: -1 } }, /must be a number above 0, not the number -1/],
    [{ train: { batch_size: 0 } }, /must be a whole number above 0, not the number 0/],
    [{ datasets: { resolution: [512, 0] } }, /must be a whole number above 0 or a list of them/],
    [{ train: 3 }, /train' must be a mapping/],
    [{ train: { steps: 10 } }, /use 'training\.steps/],
    [{ save: { save_every: 10 } }, /use 'training\.saveEvery/],
    [{ network: { linear: 10 } }, /use 'training\.rank/],
    [{ network: { pretrained_lora_path: '/x' } }, /set by the worker/],
    [{ model: { name_or_path: 'evil/model' } }, /set by the worker/],
    [{ model: { model_kwargs: { lora_path: '/etc/passwd' } } }, /set by the worker/],
    [{ datasets: { folder_path: '/home' } }, /set by the worker/],
    [{ save: { push_to_hub: true } }, /set by the worker/],
    [{ save: { hf_repo_id: 'me/mina' } }, /set by the worker/],
    [{ train: { start_step: 5 } }, /set by AZIT/],
    [{ train: { merge_network_on_save: true } }, /set by AZIT/],
    [{ datasets: { num_frames: 8 } }, /does not apply/],
    [{ datasets: { control_path: '/x' } }, /set by the worker/],
    [{ datasets: { augmentations: [{ method: 'Blur', path: '/x' }] } }, /set by the worker/],
    [{ model: { qtype: 'uint3|evil/repo/file.safetensors' } }, /only the worker/],
    [{ train: { guidance_loss_target: ['3'] } }, /must be a number or a list of them/],
    [{ training_folder: '/tmp' }, /set by the worker/],
    [{ device: 'cuda:1' }, /set by the worker/],
    [{ type: 'generate' }, /set by the worker/],
    [{ constructor: {} }, /not a key/],
    [{ train: { toString: 1 } }, /not a key/],
  ] as [Record<string, unknown>, RegExp][]) {
    it(`refuses ${JSON.stringify(override)}, which ai-toolkit would take or ignore silently`, () => {
      const problems = overrideProblems(override);
      assert.equal(problems.length, 1);
      assert.match(problems[0].message, problem);
    });
  }
});
