import type { Family, Licence } from '../family.js';
import { passportWords, photoPrompts } from '../photo-prompts.js';
import { changeWords, viewWords } from '../photo-words.js';

/** By the number of billions of weights: the rest is the same. */
interface Klein {
  size: '4b' | '9b';
  repository: string;
  licence: Licence;
  files: { 'diffusion-model': string; 'text-encoder': string; vae: string };
  encoder: string;
}

/** One model trains, renders and edits: all of them are the undistilled base, 20 steps with guidance. */
export const kleinOf = ({ size, repository, licence, files, encoder }: Klein): Family => ({
  name: `flux2-klein-${size}`,
  repository,
  architecture: `flux-2-klein-${size}`,
  licence,
  comfyui: '0.3.72',
  modelFiles: files,
  size: { width: 1024, height: 1024 },
  edits: true,
  inputImages: 3,
  canonicalPrompt: `Turn this picture into a ${passportWords}. Keep the identity and the facial features.`,
  viewPrompt: changeWords,
  caption: viewWords,
  negative: '',
  ...photoPrompts,
  training: {
    baseModel: repository,
    resolution: [512, 768, 1024],
    learningRate: 1e-4,
    trainers: {
      'ai-toolkit': {
        arch: `flux2_klein_${size}`,
        process: {
          train: {
            noise_scheduler: 'flowmatch',
            timestep_type: 'weighted',
            optimizer: 'adamw8bit',
            dtype: 'bf16',
          },
          model: {
            quantize: true,
            qtype: 'qfloat8',
            quantize_te: true,
            qtype_te: 'qfloat8',
            low_vram: true,
            model_kwargs: { match_target_res: false },
          },
        },
      },
    },
  },
  baseFile: `flux-2-klein-base-${size}.safetensors`,
  hubFiles: [`${encoder}/config.json`, 'ai-toolkit/flux2_vae/ae.safetensors'],
});
