import type { Family } from '../family.js';
import { apache2 } from '../licence.js';
import { passportWords, photoPrompts } from '../photo-prompts.js';
import { changeWords, viewWords } from '../photo-words.js';
import { cameraWords } from './camera-words.js';

/**
 * Qwen-Image, with Qwen-Image-Edit 2511 and its multiple-angles LoRA for the views. On a card of 24 GB it trains at 3 bits
 * with ai-toolkit's accuracy recovery adapter.
 */
export const qwenImage: Family = {
  name: 'qwen-image',
  repository: 'Qwen/Qwen-Image',
  architecture: 'qwen-image',
  licence: apache2,
  editor: { name: 'Qwen-Image-Edit 2511', repository: 'Qwen/Qwen-Image-Edit-2511', licence: apache2 },
  modelFiles: {
    'diffusion-model': 'qwen_image_fp8_e4m3fn.safetensors',
    'edit-model': 'qwen_image_edit_2511_bf16.safetensors',
    'text-encoder': 'qwen_2.5_vl_7b_fp8_scaled.safetensors',
    vae: 'qwen_image_vae.safetensors',
    'angles-lora': 'qwen-image-edit-2511-multiple-angles-lora.safetensors',
  },
  size: { width: 1328, height: 1328 },
  edits: true,
  canonicalPrompt: `Turn this picture into a ${passportWords}. Keep the identity and the facial features.`,
  viewPrompt: (view, wording) => `${cameraWords(view)}. ${changeWords(view, wording)}`,
  caption: viewWords,
  negative: '',
  ...photoPrompts,
  training: {
    baseModel: 'Qwen/Qwen-Image',
    resolution: [512, 768, 1024],
    learningRate: 1e-4,
    trainers: {
      'ai-toolkit': {
        arch: 'qwen_image',
        process: {
          train: { noise_scheduler: 'flowmatch', optimizer: 'adamw8bit', dtype: 'bf16', cache_text_embeddings: true },
          model: {
            quantize: true,
            qtype: 'uint3|ostris/accuracy_recovery_adapters/qwen_image_torchao_uint3.safetensors',
            quantize_te: true,
            qtype_te: 'qfloat8',
            low_vram: true,
          },
        },
      },
    },
  },
};
