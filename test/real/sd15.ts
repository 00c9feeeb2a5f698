import { familyWay } from './family-way.js';
import type { TinyFamily } from './tiny-family.js';

const tiny: TinyFamily = {
  name: 'sd15',
  script: 'tiny_sd15.py',
  files: { checkpoint: 'checkpoints/tiny_sd15.safetensors' },
  takesLora: 'checkpoint',
  // Four transformers, one on the way down, one in the middle and two on the way up: 2 projections, 4 of each of two
  // attentions, and 2 of the MLP.
  modules: 4 * (2 + 2 * 4 + 2),
};

familyWay({
  title: 'sd15, a tiny Stable Diffusion 1.5 trained by a real ai-toolkit and rendered by a real ComfyUI',
  tiny,
  base: 'stable-diffusion-v1-5/stable-diffusion-v1-5',
});
