import type { Family } from '../family.js';
import { redrawnPhotos } from '../photo-prompts.js';

/** Stable Diffusion XL 1.0; trains on a card of 24 GB. */
export const sdxl: Family = {
  name: 'sdxl',
  repository: 'stabilityai/stable-diffusion-xl-base-1.0',
  architecture: 'stable-diffusion-xl-v1-base',
  licence: {
    name: 'CreativeML Open RAIL++-M',
    id: 'openrail++',
    url: 'https://huggingface.co/stabilityai/stable-diffusion-xl-base-1.0/blob/main/LICENSE.md',
    terms:
      'Commercial use is allowed, except for the uses listed in attachment A. Everyone who receives the LoRA is bound by this too.',
    commercial: 'yes',
  },
  modelFiles: { checkpoint: 'sd_xl_base_1.0.safetensors' },
  size: { width: 1024, height: 1024 },
  editDenoise: [0.75, 0.65, 0.55],
  ...redrawnPhotos,
  training: {
    baseModel: 'stabilityai/stable-diffusion-xl-base-1.0',
    resolution: [768, 1024],
    learningRate: 1e-4,
    trainers: {
      'ai-toolkit': {
        arch: 'sdxl',
        process: { train: { noise_scheduler: 'ddpm', optimizer: 'adamw8bit', dtype: 'bf16' } },
      },
    },
  },
};
