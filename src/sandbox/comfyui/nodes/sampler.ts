import type { Picture } from '../../model/types.js';
import type { NodeDefinition, RunContext } from '../node.js';
import { flat } from '../pixels.js';
import type { Conditioning, Latent, Model } from '../values.js';

const samplers =
  'euler euler_cfg_pp euler_ancestral euler_ancestral_cfg_pp heun heunpp2 exp_heun_2_x0 exp_heun_2_x0_sde dpm_2 dpm_2_ancestral lms dpm_fast dpm_adaptive dpmpp_2s_ancestral dpmpp_2s_ancestral_cfg_pp dpmpp_sde dpmpp_sde_gpu dpmpp_2m dpmpp_2m_cfg_pp dpmpp_2m_sde dpmpp_2m_sde_gpu dpmpp_2m_sde_heun dpmpp_2m_sde_heun_gpu dpmpp_3m_sde dpmpp_3m_sde_gpu ddpm lcm ipndm ipndm_v deis res_multistep res_multistep_cfg_pp res_multistep_ancestral res_multistep_ancestral_cfg_pp gradient_estimation gradient_estimation_cfg_pp er_sde seeds_2 seeds_3 sa_solver sa_solver_pece ddim uni_pc uni_pc_bh2'.split(
    ' ',
  );
const schedulers = 'simple sgm_uniform karras exponential ddim_uniform beta normal linear_quadratic kl_optimal'.split(
  ' ',
);

type SamplerInputs = {
  model: Model;
  seed: number;
  steps: number;
  positive: Conditioning;
  negative: Conditioning;
  latent_image: Latent;
  denoise: number;
};

export const kSampler: NodeDefinition = {
  displayName: 'KSampler',
  category: 'model/sampling',
  description: 'Uses the provided model, positive and negative conditioning to denoise the latent image.',
  outputs: ['LATENT'],
  outputTooltips: ['The denoised latent.'],
  inputs: () => ({
    required: {
      model: ['MODEL', { tooltip: 'The model used for denoising the input latent.' }],
      seed: ['INT', { default: 0, min: 0, max: 2 ** 64, control_after_generate: true }],
      steps: ['INT', { default: 20, min: 1, max: 10000 }],
      cfg: ['FLOAT', { default: 8.0, min: 0.0, max: 100.0, step: 0.1, round: 0.01 }],
      sampler_name: [samplers, {}],
      scheduler: [schedulers, {}],
      positive: ['CONDITIONING', {}],
      negative: ['CONDITIONING', {}],
      latent_image: ['LATENT', { tooltip: 'The latent image to denoise.' }],
      denoise: ['FLOAT', { default: 1.0, min: 0.0, max: 1.0, step: 0.01 }],
    },
  }),
  async run(inputs: SamplerInputs, context) {
    const { latent_image, denoise } = inputs;
    if (denoise === 0) return { outputs: [latent_image] };
    const pictures: Picture[] = [];
    for (let item = 0; item < latent_image.batchSize; item++) pictures.push(await sampleOne(inputs, item, context));
    return { outputs: [{ ...latent_image, pictures } satisfies Latent] };
  },
};

async function sampleOne(inputs: SamplerInputs, item: number, context: RunContext): Promise<Picture> {
  const { model, seed, steps, positive, negative, latent_image, denoise } = inputs;
  const { width, height, pictures } = latent_image;
  if (model.loras.some(({ finite }) => !finite)) return black(width, height, context);
  const reference = positive.references[0] ?? (denoise < 1 ? pictures?.[item] : undefined);
  const loras = model.loras.map(({ tensors, strength }) => ({ tensors, strength }));
  const request = { prompt: positive.text, negative: negative.text, seed: seed + item, width, height, loras, denoise };
  return await context.sampling.sample(reference ? { ...request, reference } : request, steps, {
    onStep: (step) => context.progress(step, steps),
    throwIfInterrupted: () => context.throwIfInterrupted(),
  });
}

/** What NaN among the weights comes to: a success whose picture is black. */
function black(width: number, height: number, context: RunContext): Picture {
  context.log('nodes.py:1604: RuntimeWarning: invalid value encountered in cast');
  return flat(width, height, 0);
}
