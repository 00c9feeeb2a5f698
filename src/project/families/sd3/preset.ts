import type { Family } from '../family.js';
import { redrawnPhotos } from '../photo-prompts.js';

/** Stable Diffusion 3.5 large: quantized for training on a card of 24 GB. */
export const sd3: Family = {
  name: 'sd3',
  repository: 'stabilityai/stable-diffusion-3.5-large',
  architecture: 'stable-diffusion-3-5-large',
  licence: {
    name: 'Stability AI Community License',
    id: 'other',
    url: 'https://huggingface.co/stabilityai/stable-diffusion-3.5-large/blob/main/LICENSE.md',
    terms:
      'Commercial use is free below US$1M of annual revenue; above that, you need an enterprise licence from Stability AI.',
    commercial: 'capped',
    clause: 'section I of the Stability AI Community License: annual revenue of less than US $1,000,000',
    gated: true,
  },
  modelFiles: { checkpoint: 'sd3.5_large_fp8_scaled.safetensors' },
  size: { width: 1024, height: 1024 },
  editDenoise: [0.8, 0.7, 0.6],
  ...redrawnPhotos,
  training: {
    baseModel: 'stabilityai/stable-diffusion-3.5-large',
    resolution: [1024],
    learningRate: 1e-4,
    trainers: {
      'ai-toolkit': {
        arch: 'sd3',
        process: {
          train: { noise_scheduler: 'flowmatch', timestep_type: 'linear', optimizer: 'adamw8bit', dtype: 'bf16' },
          model: { quantize: true },
        },
      },
    },
  },
};
