import type { AiToolkitPreset, Family, Licence } from '../family.js';
import { apache2 } from '../licence.js';
import { photoPrompts } from '../photo-prompts.js';
import { viewWords } from '../photo-words.js';
import { qwenEdit2511, qwenEditFiles } from '../qwen-edit-2511/editor.js';

const turbo = { name: 'Z-Image-Turbo', repository: 'Tongyi-MAI/Z-Image-Turbo', licence: apache2 };

/** What the three have in common: Turbo renders, in 8 steps without guidance. */
const shared = {
  architecture: 'z-image',
  ...qwenEdit2511,
  graphs: { ...qwenEdit2511.graphs, 'text-to-image': 'z-image', 'text-to-image-lora': 'z-image' },
  comfyui: '0.11.0',
  modelFiles: {
    'diffusion-model': 'z_image_turbo_bf16.safetensors',
    'text-encoder': 'qwen_3_4b.safetensors',
    vae: 'ae.safetensors',
    ...qwenEditFiles,
  },
  size: { width: 1024, height: 1024 },
  caption: viewWords,
  // Without guidance there is no negative prompt.
  negative: '',
  ...photoPrompts,
} satisfies Partial<Family>;

const train = {
  noise_scheduler: 'flowmatch',
  timestep_type: 'weighted',
  optimizer: 'adamw8bit',
  dtype: 'bf16',
};

function trainingOn(baseModel: string, model: Record<string, unknown>) {
  const process: AiToolkitPreset['process'] = {
    train,
    model: { quantize: true, qtype: 'qfloat8', quantize_te: true, qtype_te: 'qfloat8', low_vram: true, ...model },
  };
  const trainers = { 'ai-toolkit': { arch: 'zimage', process } };
  return { baseModel, resolution: [512, 768, 1024], learningRate: 1e-4, trainers };
}

/** Trained on the undistilled Z-Image, rendered by Turbo. */
export const zImage: Family = {
  name: 'z-image',
  repository: 'Tongyi-MAI/Z-Image',
  licence: apache2,
  renderer: turbo,
  ...shared,
  training: trainingOn('Tongyi-MAI/Z-Image', {}),
};

const adapter = 'ostris/zimage_turbo_training_adapter/zimage_turbo_training_adapter_v2.safetensors';

/** Trained on Turbo itself, with the adapter that keeps its distillation while training and is left out when rendering. */
export const zImageTurbo: Family = {
  name: 'z-image-turbo',
  repository: turbo.repository,
  licence: apache2,
  ...shared,
  training: trainingOn(turbo.repository, { assistant_lora_path: adapter }),
  hubFiles: [adapter],
};

const deTurboLicence: Licence = {
  name: 'Apache License 2.0 (of Z-Image-Turbo, which it is made from)',
  id: 'apache-2.0',
  url: 'https://huggingface.co/ostris/Z-Image-De-Turbo',
  terms: "The base model's own card has not been read for AZIT: read it before you sell anything.",
  commercial: 'capped',
  clause: 'the model card of ostris/Z-Image-De-Turbo',
};

/** Trained on Ostris' de-distilled Turbo, rendered by Turbo. */
export const zImageDeTurbo: Family = {
  name: 'z-image-de-turbo',
  repository: 'ostris/Z-Image-De-Turbo',
  licence: deTurboLicence,
  renderer: turbo,
  ...shared,
  training: trainingOn('ostris/Z-Image-De-Turbo', { extras_name_or_path: turbo.repository }),
  baseFile: 'transformer/config.json',
  hubFiles: [`${turbo.repository}/text_encoder/config.json`, `${turbo.repository}/vae/config.json`],
};
