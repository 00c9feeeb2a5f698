import { kleinOf } from '../flux2-klein/klein.js';

export const flux2Klein9b = kleinOf({
  size: '9b',
  repository: 'black-forest-labs/FLUX.2-klein-base-9B',
  licence: {
    name: 'FLUX Non-Commercial License v2.1',
    id: 'other',
    url: 'https://huggingface.co/black-forest-labs/FLUX.2-klein-base-9B/blob/main/LICENSE.md',
    terms:
      'The model and its LoRAs may not be used commercially without a licence from Black Forest Labs. Section 2(d) allows to sell the images; section 4(a) forbids commercial use of "data produced" by the model. Users have asked Black Forest Labs which of the two holds (discussion 24 of FLUX.2-klein-9B).',
    commercial: 'no',
    clause: 'section 4(a) (no commercial use of the model and its derivatives)',
    gated: true,
  },
  files: {
    'diffusion-model': 'flux-2-klein-base-9b-fp8.safetensors',
    'text-encoder': 'qwen_3_8b_fp8mixed.safetensors',
    vae: 'full_encoder_small_decoder.safetensors',
  },
  encoder: 'Qwen/Qwen3-8B',
});
