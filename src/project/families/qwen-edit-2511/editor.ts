import type { Family } from '../family.js';
import { apache2 } from '../licence.js';
import { passportWords } from '../photo-prompts.js';
import { changeWords } from '../photo-words.js';
import { cameraWords } from '../qwen-image/camera-words.js';

/** Qwen-Image-Edit 2511 with fal's multiple-angles LoRA: the views of the families that can't edit by themselves. */
export const qwenEdit2511 = {
  editor: { name: 'Qwen-Image-Edit 2511', repository: 'Qwen/Qwen-Image-Edit-2511', licence: apache2 },
  graphs: { edit: 'qwen-edit-2511' },
  edits: true,
  canonicalPrompt: `Turn this picture into a ${passportWords}. Keep the identity and the facial features.`,
  viewPrompt: (view, wording) => `${cameraWords(view)}. ${changeWords(view, wording)}`,
} satisfies Partial<Family>;

/** Its files, by role, for a family whose own encoder or VAE is another. */
export const qwenEditFiles = {
  'edit-model': 'qwen_image_edit_2511_bf16.safetensors',
  'edit-text-encoder': 'qwen_2.5_vl_7b_fp8_scaled.safetensors',
  'edit-vae': 'qwen_image_vae.safetensors',
  'angles-lora': 'qwen-image-edit-2511-multiple-angles-lora.safetensors',
};
