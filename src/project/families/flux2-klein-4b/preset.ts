import { kleinOf } from '../flux2-klein/klein.js';
import { apache2 } from '../licence.js';

export const flux2Klein4b = kleinOf({
  size: '4b',
  repository: 'black-forest-labs/FLUX.2-klein-base-4B',
  licence: apache2,
  files: {
    'diffusion-model': 'flux-2-klein-base-4b.safetensors',
    'text-encoder': 'qwen_3_4b.safetensors',
    vae: 'flux2-vae.safetensors',
  },
  encoder: 'Qwen/Qwen3-4B',
});
