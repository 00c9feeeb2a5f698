import type { Family } from '../family.js';
import { passportWords, photoPrompts } from '../photo-prompts.js';
import { changeWords, viewWords } from '../photo-words.js';

/** FLUX.1 dev, with Kontext as its editing model: quantized to 8 bits for training on a card of 24 GB. */
export const flux1Dev: Family = {
  name: 'flux1-dev',
  repository: 'black-forest-labs/FLUX.1-dev',
  architecture: 'flux-1-dev',
  licence: {
    name: 'FLUX.1 [dev] Non-Commercial License',
    id: 'other',
    url: 'https://huggingface.co/black-forest-labs/FLUX.1-dev/blob/main/LICENSE.md',
    terms:
      'The model and its LoRAs may not be used commercially without a licence from Black Forest Labs, which claims no ownership of the images.',
    commercial: 'no',
    clause: 'section 1 (a LoRA is a "Derivative") and section 2 (rights for a "Non-Commercial Purpose")',
    gated: true,
  },
  editor: {
    name: 'FLUX.1 Kontext [dev]',
    repository: 'black-forest-labs/FLUX.1-Kontext-dev',
    licence: {
      name: 'FLUX.1 [dev] Non-Commercial License',
      id: 'other',
      url: 'https://huggingface.co/black-forest-labs/FLUX.1-Kontext-dev/blob/main/LICENSE.md',
      terms: 'The model may not be used commercially without a licence from Black Forest Labs.',
      commercial: 'no',
      clause: 'section 2 (rights for a "Non-Commercial Purpose")',
      gated: true,
    },
  },
  modelFiles: {
    'diffusion-model': 'flux1-dev.safetensors',
    'edit-model': 'flux1-dev-kontext_fp8_scaled.safetensors',
    'clip-l': 'clip_l.safetensors',
    t5: 't5xxl_fp16.safetensors',
    vae: 'ae.safetensors',
  },
  size: { width: 1024, height: 1024 },
  edits: true,
  canonicalPrompt: `Turn this picture into a ${passportWords}. Keep the identity and the facial features.`,
  viewPrompt: changeWords,
  caption: viewWords,
  // Distilled guidance: there is no negative prompt.
  negative: '',
  ...photoPrompts,
  training: {
    baseModel: 'black-forest-labs/FLUX.1-dev',
    resolution: [512, 768, 1024],
    learningRate: 1e-4,
    trainers: {
      'ai-toolkit': {
        arch: 'flux',
        process: {
          train: { noise_scheduler: 'flowmatch', optimizer: 'adamw8bit', dtype: 'bf16' },
          model: { quantize: true },
        },
      },
    },
  },
};
