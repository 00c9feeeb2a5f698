import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { readdir, readFile } from 'node:fs/promises';
import { readSafetensorsHeader } from '../../src/artifacts/safetensors.js';
import { readTensors, serializeSafetensors, type FloatDtype } from '../support/safetensors.js';
import type { Format } from '../../src/export/index.js';
import { keyStyleOf } from '../../src/export/tensor-names.js';
import { exportRig, refused, cardOf } from './rig.js';

const rank = 2;
interface Tensor {
  dtype: FloatDtype;
  shape: number[];
  data: Float32Array;
}
type Sized = [name: string, dtype: 'F16' | 'BF16' | 'F32', shape: number[], data: number[]];

const fileOf = (tensors: Sized[]): Buffer =>
  serializeSafetensors(
    new Map(tensors.map(([name, dtype, shape, data]) => [name, { dtype, shape, data: new Float32Array(data) }])),
    { ss_output_name: 'mina', sshs_model_hash: 'of the tensors as they lay' },
  );

/** What ai-toolkit writes of a UNet: alpha beside each pair. */
const kohya = (modules: string[], alpha: number, ranks = modules.map(() => rank)): Sized[] =>
  modules.flatMap((module, at): Sized[] => [
    [`${module}.alpha`, 'F16', [], [alpha]],
    [`${module}.lora_down.weight`, 'F16', [ranks[at], 3], Array.from({ length: 3 * ranks[at] }, (_, i) => at + i / 8)],
    [`${module}.lora_up.weight`, 'F16', [1, ranks[at]], Array.from({ length: ranks[at] }, (_, i) => -at - i / 8)],
  ]);
const peft = (modules: string[]): Sized[] =>
  modules.flatMap((module, at): Sized[] => [
    [`${module}.lora_A.weight`, 'BF16', [rank, 1], [at + 0.5, 1]],
    [`${module}.lora_B.weight`, 'BF16', [1, rank], [at + 0.25, 2]],
  ]);

/** As they are called in diffusers' UNet2DConditionModel and CLIP's text encoder. */
const unet = {
  lora_unet_conv_in: 'unet.conv_in',
  lora_unet_time_embedding_linear_1: 'unet.time_embedding.linear_1',
  lora_unet_add_embedding_linear_2: 'unet.add_embedding.linear_2',
  lora_unet_down_blocks_0_attentions_1_proj_in: 'unet.down_blocks.0.attentions.1.proj_in',
  lora_unet_down_blocks_2_attentions_0_transformer_blocks_9_attn1_to_out_0:
    'unet.down_blocks.2.attentions.0.transformer_blocks.9.attn1.to_out.0',
  lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_q:
    'unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_q',
  lora_unet_up_blocks_1_attentions_2_transformer_blocks_1_ff_net_0_proj:
    'unet.up_blocks.1.attentions.2.transformer_blocks.1.ff.net.0.proj',
  lora_unet_up_blocks_1_resnets_0_time_emb_proj: 'unet.up_blocks.1.resnets.0.time_emb_proj',
  lora_unet_up_blocks_1_resnets_0_conv_shortcut: 'unet.up_blocks.1.resnets.0.conv_shortcut',
  lora_unet_down_blocks_1_downsamplers_0_conv: 'unet.down_blocks.1.downsamplers.0.conv',
  lora_te1_text_model_encoder_layers_11_self_attn_q_proj: 'text_encoder.text_model.encoder.layers.11.self_attn.q_proj',
  lora_te2_text_model_encoder_layers_0_mlp_fc1: 'text_encoder_2.text_model.encoder.layers.0.mlp.fc1',
};
const qwen = ['transformer_blocks.0.attn.to_q', 'transformer_blocks.59.img_mlp.net.0.proj'];

async function exportAs(format: Format, model: string, tensors: Sized[]) {
  const rig = await exportRig(() => fileOf(tensors));
  Object.assign(rig.data.run, { model });
  const { loras } = await rig.export({ format });
  const { metadata } = await readSafetensorsHeader(loras[0].path);
  return { rig, path: loras[0].path, tensors: await readTensors(loras[0].path), metadata };
}

/** Each tensor of the new file has the bits of the old one that this names. */
function assertSame(found: ReadonlyMap<string, Tensor>, from: Sized[], nameOf: (name: string) => string | null): void {
  const expected = from.flatMap(([name, dtype, shape, data]): [string, Tensor][] => {
    const renamed = nameOf(name);
    return renamed ? [[renamed, { dtype, shape, data: new Float32Array(data) }]] : [];
  });
  assert.deepEqual([...found].sort(), expected.sort());
}

describe('a format that is asked for', () => {
  it("of a UNet's file with alpha equal to rank: diffusers' names, the same tensors, no alpha", async () => {
    const tensors = kohya(Object.keys(unet), rank);
    const exported = await exportAs('diffusers', 'sdxl', tensors);
    assertSame(exported.tensors, tensors, (name) => {
      const [module, kind] = [name.slice(0, name.indexOf('.')), name.slice(name.indexOf('.') + 1)];
      const side = { 'lora_down.weight': 'A', 'lora_up.weight': 'B' }[kind];
      return side ? `${unet[module as keyof typeof unet]}.lora_${side}.weight` : null;
    });
    assert.equal(exported.metadata.ss_output_name, 'mina');
    assert.equal(exported.metadata.sshs_model_hash, undefined, 'it was of other bytes');
    assert.match(
      await cardOf(exported.rig),
      /in diffusers, `pipeline\.load_lora_weights\(FOLDER, weight_name="Mina-2400/,
    );
    assert.deepEqual((await readdir(dirname(exported.path))).sort(), [
      'Mina-2400.png',
      'Mina-2400.safetensors',
      'README.md',
      'evidence.json',
    ]);
  });

  it("of Qwen-Image's file: diffusers' prefix, or kohya's names with the alpha that peft leaves unsaid, and back", async () => {
    const tensors = peft(qwen.map((module) => `diffusion_model.${module}`));
    const diffusers = await exportAs('diffusers', 'qwen-image', tensors);
    assertSame(diffusers.tensors, tensors, (name) => name.replace('diffusion_model.', 'transformer.'));
    const asKohya = await exportAs('kohya', 'qwen-image', tensors);
    const alphas = [...asKohya.tensors].filter(([name]) => name.endsWith('.alpha'));
    assert.deepEqual(
      alphas.map(([name, { data, shape }]) => [name, data[0], shape]),
      qwen.map((module) => [`lora_unet_${module.replaceAll('.', '_')}.alpha`, rank, []]),
    );
    for (const [name] of alphas) asKohya.tensors.delete(name);
    assertSame(asKohya.tensors, tensors, (name) => {
      const [, module, side] = /^diffusion_model\.(.*)\.lora_([AB])\.weight$/.exec(name)!;
      return `lora_unet_${module.replaceAll('.', '_')}.lora_${side === 'A' ? 'down' : 'up'}.weight`;
    });
  });

  it('that the file has already is the same file', async () => {
    const tensors = peft(['transformer.transformer_blocks.0.attn.to_q']);
    const rig = await exportRig(() => fileOf(tensors));
    Object.assign(rig.data.run, { model: 'flux1-dev' });
    const [asked] = (await rig.export({ format: 'diffusers' })).loras;
    const bytes = await readFile(asked.path);
    const [plain] = (await rig.export({ directory: join(rig.folder, 'plain') })).loras;
    assert.ok(bytes.equals(await readFile(plain.path)));
  });

  const refusals: [title: string, format: Format, model: string, tensors: Sized[], says: RegExp][] = [
    ['another alpha than the rank', 'diffusers', 'sd15', kohya(['lora_unet_conv_in'], 1), /conv_in\.alpha is not 2, the rank/],
    ['several ranks', 'diffusers', 'sd15', kohya(['lora_unet_conv_in', 'lora_unet_conv_out'], 2, [2, 3]), /different ranks \(2, 3\)/],
    ["Stability's block names", 'diffusers', 'sdxl', kohya(['lora_unet_input_blocks_4_1_proj_in'], rank), /has no module lora_unet_input_blocks_4/],
    ["FLUX's fused attention", 'kohya', 'flux1-dev', peft(['transformer.transformer_blocks.0.attn.to_q']), /format diffusers .* of flux1-dev to kohya/],
    ['a LoKr', 'diffusers', 'sd15', [['lora_unet_x.lokr_w1', 'F16', [1], [1]]], /no format that AZIT knows \(with tensors such as lora_unet_x\.lokr_w1\)/],
    ['a model that nobody else has', 'diffusers', 'sandbox', peft(['diffusion_model.scene']), /of sandbox to diffusers/],
  ]; // prettier-ignore
  for (const [title, format, model, tensors, says] of refusals)
    it(`is refused in a sentence for ${title}, and nothing is written`, async () => {
      const rig = await exportRig(() => fileOf(tensors));
      Object.assign(rig.data.run, { model });
      await assert.rejects(rig.export({ format }), refused('not-exact', says));
      assert.deepEqual(await readdir(rig.folder), ['store']);
    });

  it('is told by all names of a file', () => {
    const [pair] = Object.keys(unet).map((module) => [`${module}.lora_down.weight`, `${module}.lora_up.weight`]);
    assert.equal(keyStyleOf(pair), 'kohya');
    assert.equal(keyStyleOf(['diffusion_model.layers.0.attention.to_q.lora_A.weight']), 'comfyui');
    assert.equal(keyStyleOf([...pair, 'transformer.x.lora_A.weight']), null);
  });
});
