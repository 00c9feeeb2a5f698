import { familyWay } from './family-way.js';
import type { TinyFamily } from './tiny-family.js';

const tiny: TinyFamily = {
  name: 'krea2',
  script: 'tiny_krea2.py',
  files: {
    'diffusion-model': 'diffusion_models/tiny_krea2_turbo.safetensors',
    'text-encoder': 'text_encoders/tiny_qwen3vl_4b.pt',
    vae: 'vae/tiny_qwen_image_vae.safetensors',
  },
  takesLora: 'diffusion-model',
  // Of two blocks, and of the four that fuse the text encoder's layers: 5 of attention and 3 of the MLP each.
  modules: (2 + 4) * (5 + 3),
  // What ai-toolkit cannot tell from the weights.
  model: {
    quantize: false,
    quantize_te: false,
    model_kwargs: { mmdit_config: { features: 256, heads: 2, kvheads: 1, layers: 2 } },
  },
};

familyWay({
  title: 'krea2, a tiny Raw trained by a real ai-toolkit and its Turbo rendered by a real ComfyUI',
  tiny,
  base: 'krea/Krea-2-Raw',
  renderedBy: 'krea/Krea-2-Turbo',
});
