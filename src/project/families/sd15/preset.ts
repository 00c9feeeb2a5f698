import type { Family } from '../family.js';
import { redrawnPhotos } from '../photo-prompts.js';

/** Stable Diffusion 1.5: renders in 4 GB of GPU memory, trains in 8. */
export const sd15: Family = {
  name: 'sd15',
  repository: 'stable-diffusion-v1-5/stable-diffusion-v1-5',
  architecture: 'stable-diffusion-v1',
  licence: {
    name: 'CreativeML Open RAIL-M',
    id: 'creativeml-openrail-m',
    url: 'https://huggingface.co/spaces/CompVis/stable-diffusion-license',
    terms:
      'Commercial use is allowed, except for the uses listed in attachment A. Everyone who receives the LoRA is bound by this too.',
    commercial: 'yes',
  },
  modelFiles: { checkpoint: 'v1-5-pruned-emaonly-fp16.safetensors' },
  size: { width: 512, height: 512 },
  editDenoise: [0.75, 0.65, 0.55],
  ...redrawnPhotos,
  training: {
    baseModel: 'stable-diffusion-v1-5/stable-diffusion-v1-5',
    resolution: [512],
    learningRate: 1e-4,
    trainers: {
      'ai-toolkit': {
        arch: 'sd1',
        process: { train: { noise_scheduler: 'ddpm', optimizer: 'adamw8bit', dtype: 'bf16' } },
      },
    },
  },
};
