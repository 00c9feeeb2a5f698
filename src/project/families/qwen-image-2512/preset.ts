import type { Family } from '../family.js';
import { apache2 } from '../licence.js';
import { photoPrompts } from '../photo-prompts.js';
import { viewWords } from '../photo-words.js';
import { qwenEdit2511, qwenEditFiles } from '../qwen-edit-2511/editor.js';

/**
 * Qwen-Image of December 2025. On a card of 24 GB it trains at 3 bits with the accuracy recovery adapter that was made
 * for this edition: ai-toolkit warns that the first edition's does not work with it.
 */
export const qwenImage2512: Family = {
  name: 'qwen-image-2512',
  repository: 'Qwen/Qwen-Image-2512',
  architecture: 'qwen-image',
  licence: apache2,
  ...qwenEdit2511,
  comfyui: '0.4.0',
  modelFiles: {
    'diffusion-model': 'qwen_image_2512_fp8_e4m3fn.safetensors',
    'edit-model': qwenEditFiles['edit-model'],
    'text-encoder': 'qwen_2.5_vl_7b_fp8_scaled.safetensors',
    vae: 'qwen_image_vae.safetensors',
    'angles-lora': qwenEditFiles['angles-lora'],
  },
  size: { width: 1328, height: 1328 },
  caption: viewWords,
  // Of ComfyUI's template: low resolution, low quality, deformed limbs and fingers, oversaturated, waxy, a face without
  // detail, too smooth, looks made by an AI, chaotic composition, blurred or twisted text.
  negative:
    '低分辨率，低画质，肢体畸形，手指畸形，画面过饱和，蜡像感，人脸无细节，过度光滑，画面具有AI感。构图混乱。文字模糊，扭曲',
  ...photoPrompts,
  training: {
    baseModel: 'Qwen/Qwen-Image-2512',
    resolution: [512, 768, 1024],
    learningRate: 1e-4,
    trainers: {
      'ai-toolkit': {
        arch: 'qwen_image',
        process: {
          train: {
            noise_scheduler: 'flowmatch',
            // The trainer's own default is sigmoid; its UI takes this for the architecture.
            timestep_type: 'weighted',
            optimizer: 'adamw8bit',
            dtype: 'bf16',
            cache_text_embeddings: true,
          },
          model: {
            quantize: true,
            qtype: 'uint3|ostris/accuracy_recovery_adapters/qwen_image_2512_torchao_uint3.safetensors',
            quantize_te: true,
            qtype_te: 'qfloat8',
            low_vram: true,
          },
        },
      },
    },
  },
};
