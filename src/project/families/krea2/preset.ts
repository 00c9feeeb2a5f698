import type { Family, Licence } from '../family.js';
import { photoPrompts } from '../photo-prompts.js';
import { viewWords } from '../photo-words.js';
import { qwenEdit2511, qwenEditFiles } from '../qwen-edit-2511/editor.js';

const licenceOf = (repository: string): Licence => ({
  name: 'Krea 2 Community License',
  id: 'other',
  url: `https://huggingface.co/${repository}/blob/main/LICENSE.pdf`,
  terms:
    'Commercial use of the model, its LoRAs and its images is free below US$1M of annual revenue; above that, you need an enterprise licence from Krea. Who deploys the model or a LoRA of it must filter harmful content (section 4.2).',
  commercial: 'capped',
  clause: 'section 2.3: total company-wide annual revenue of less than one million US dollars',
  gated: true,
});

const { 'edit-vae': _sameAsItsOwn, ...editFiles } = qwenEditFiles;

/** Trained on Raw, rendered by Turbo in 8 steps, as Krea advises. 12.9 billion weights. */
export const krea2: Family = {
  name: 'krea2',
  repository: 'krea/Krea-2-Raw',
  architecture: 'krea-2',
  licence: licenceOf('krea/Krea-2-Raw'),
  renderer: { name: 'Krea 2 Turbo', repository: 'krea/Krea-2-Turbo', licence: licenceOf('krea/Krea-2-Turbo') },
  ...qwenEdit2511,
  comfyui: '0.24.1',
  modelFiles: {
    'diffusion-model': 'krea2_turbo_fp8_scaled.safetensors',
    'text-encoder': 'qwen3vl_4b_fp8_scaled.safetensors',
    vae: 'qwen_image_vae.safetensors',
    ...editFiles,
  },
  size: { width: 1024, height: 1024 },
  caption: viewWords,
  // Without guidance there is no negative prompt.
  negative: '',
  ...photoPrompts,
  training: {
    baseModel: 'krea/Krea-2-Raw',
    resolution: [512, 768, 1024],
    learningRate: 1e-4,
    trainers: {
      'ai-toolkit': {
        arch: 'krea2',
        process: {
          train: {
            noise_scheduler: 'flowmatch',
            timestep_type: 'linear',
            optimizer: 'adamw8bit',
            dtype: 'bf16',
          },
          model: { quantize: true, qtype: 'qfloat8', quantize_te: true, qtype_te: 'qfloat8', low_vram: true },
        },
      },
    },
  },
  baseFile: 'raw.safetensors',
  hubFiles: ['Qwen/Qwen3-VL-4B-Instruct/config.json', 'Qwen/Qwen-Image/vae/config.json'],
};
