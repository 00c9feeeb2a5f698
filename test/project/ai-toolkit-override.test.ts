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
    [{ trian: { lr: 1 } }, /trian' is no key .*the nearest is 'training\.override\.train'/],
    [{ train: { optimiser: 'adamw' } }, /the nearest is 'training\.override\.train\.optimizer'/],
    [{ train: { lr: '1e-4' } }, /train\.lr' must be a number above 0, not the text/],
    [{ train: { lr: -1 } }, /must be a number above 0, not the number -1/],
    [{ train: { batch_size: 0 } }, /must be a whole number above 0, not the number 0/],
    [{ datasets: { resolution: [512, 0] } }, /must be a whole number above 0 or a list of them/],
    [{ train: 3 }, /train' must be a mapping/],
    [{ train: { steps: 10 } }, /set 'training\.steps/],
    [{ save: { save_every: 10 } }, /set 'training\.saveEvery/],
    [{ network: { linear: 10 } }, /set 'training\.rank/],
    [{ network: { pretrained_lora_path: '/x' } }, /worker's to decide/],
    [{ model: { name_or_path: 'evil/model' } }, /worker's to decide/],
    [{ model: { model_kwargs: { lora_path: '/etc/passwd' } } }, /worker's to decide/],
    [{ datasets: { folder_path: '/home' } }, /worker's to decide/],
    [{ save: { push_to_hub: true } }, /worker's to decide/],
    [{ save: { hf_repo_id: 'me/mina' } }, /worker's to decide/],
    [{ train: { start_step: 5 } }, /AZIT's to decide/],
    [{ train: { merge_network_on_save: true } }, /AZIT's to decide/],
    [{ datasets: { num_frames: 8 } }, /no meaning here/],
    [{ datasets: { control_path: '/x' } }, /worker's to decide/],
    [{ datasets: { augmentations: [{ method: 'Blur', path: '/x' }] } }, /worker's to decide/],
    [{ model: { qtype: 'uint3|evil/repo/file.safetensors' } }, /worker's to decide/],
    [{ train: { guidance_loss_target: ['3'] } }, /must be a number or a list of them/],
    [{ training_folder: '/tmp' }, /worker's to decide/],
    [{ device: 'cuda:1' }, /worker's to decide/],
    [{ type: 'generate' }, /worker's to decide/],
    [{ constructor: {} }, /no key/],
    [{ train: { toString: 1 } }, /no key/],
  ] as [Record<string, unknown>, RegExp][]) {
    it(`refuses ${JSON.stringify(override)}, which ai-toolkit would take or ignore silently`, () => {
      const problems = overrideProblems(override);
      assert.equal(problems.length, 1);
      assert.match(problems[0].message, problem);
    });
  }
});
