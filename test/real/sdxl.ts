import { familyWay } from './family-way.js';
import type { TinyFamily } from './tiny-family.js';

const tiny: TinyFamily = {
  name: 'sdxl',
  script: 'tiny_sdxl.py',
  files: { checkpoint: 'checkpoints/tiny_sdxl.ckpt' },
  takesLora: 'checkpoint',
  // As many as of the real: 11 places with 2 projections, and 70 transformers with 4 of each of two attentions and 2 of
  // the MLP.
  modules: 11 * 2 + 70 * (2 * 4 + 2),
};

familyWay({
  title: 'sdxl, a narrow Stable Diffusion XL trained by a real ai-toolkit and rendered by a real ComfyUI',
  tiny,
  base: 'stabilityai/stable-diffusion-xl-base-1.0',
});
