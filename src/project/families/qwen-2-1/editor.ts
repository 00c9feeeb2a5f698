import type { Family } from '../family.js';
import { passportWords } from '../photo-prompts.js';
import { changeWords } from '../photo-words.js';

/** Qwen-Image-2.1 as an editor. The graph follows ComfyUI's template, without its prompt enhancer: a view is asked for as it is. */
export const qwen21 = {
  model: {
    name: 'Qwen-Image-2.1',
    repository: 'Qwen/Qwen-Image-2.1',
    licence: {
      name: 'Qwen Research License Agreement',
      id: 'other',
      url: 'https://huggingface.co/Qwen/Qwen-Image-2.1/blob/main/LICENSE',
      terms:
        'For research and evaluation only. A model that is trained with its images and handed on must be shown as "Built with Qwen" or "Improved using Qwen". It does not say what else may be done with the images.',
      commercial: 'no',
      clause: '"for non-commercial purposes only", which it defines as "for research or evaluation purposes only"',
    },
  },
  graphs: 'qwen-2-1',
  comfyui: '0.37.2',
  modelFiles: {
    'diffusion-model': 'qwen_image_2.1_int8_convrot.safetensors',
    'text-encoder': 'qwen3vl_8b_int8_convrot.safetensors',
    vae: 'qwen_image_2.1_vae_bf16.safetensors',
  },
  canonicalPrompt: `Turn this picture into a ${passportWords}. Keep the identity and the facial features.`,
  viewPrompt: changeWords,
  // Without guidance there is no negative prompt.
  negative: '',
} satisfies {
  model: NonNullable<Family['editor']>;
  graphs: string;
  comfyui: string;
  modelFiles: Family['modelFiles'];
  canonicalPrompt: string;
  viewPrompt: Family['viewPrompt'];
  negative: string;
};
