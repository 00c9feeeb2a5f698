import { readFile } from 'node:fs/promises';
import { applyAdapter, loadAdapter } from '../adapter.js';
import type { NodeDefinition, RunContext } from '../node.js';
import { PythonError } from '../python.js';
import { readSafetensors } from '../safetensors.js';
import type { Tensor } from '../../model/types.js';
import type { Model } from '../values.js';

const checkpointLoaderSimple: NodeDefinition = {
  displayName: 'Load Checkpoint',
  category: 'model/loaders',
  description: 'Loads a diffusion model checkpoint, diffusion models are used to denoise latents.',
  outputs: ['MODEL', 'CLIP', 'VAE'],
  inputs: async (folders) => ({
    required: {
      ckpt_name: [await folders.modelNames('checkpoints'), { tooltip: 'The name of the checkpoint (model) to load.' }],
    },
  }),
  async run({ ckpt_name }: { ckpt_name: string }, { folders }) {
    await checkModel(await folders.modelPathOrRaise('checkpoints', ckpt_name));
    return { outputs: [{ checkpoint: ckpt_name, loras: [] } satisfies Model, { clip: ckpt_name }, { vae: ckpt_name }] };
  },
};

const unetLoader: NodeDefinition = {
  displayName: 'Load Diffusion Model',
  category: 'model/loaders',
  outputs: ['MODEL'],
  inputs: async (folders) => ({
    required: {
      unet_name: [await folders.modelNames('diffusion_models')],
      weight_dtype: [['default', 'fp8_e4m3fn', 'fp8_e4m3fn_fast', 'fp8_e5m2']],
    },
  }),
  async run({ unet_name }: { unet_name: string }, { folders }) {
    await checkModel(await folders.modelPathOrRaise('diffusion_models', unet_name));
    return { outputs: [{ checkpoint: unet_name, loras: [] } satisfies Model] };
  },
};

type LoraInputs = {
  model: Model;
  clip?: unknown;
  lora_name: string;
  strength_model: number;
  strength_clip?: number;
};

const strength = { default: 1.0, min: -100.0, max: 100.0, step: 0.01 };

const loraLoader: NodeDefinition = {
  displayName: 'Load LoRA (Model and CLIP)',
  category: 'model/loaders',
  description:
    'LoRAs are used to modify diffusion and CLIP models, altering the way in which latents are denoised such as applying styles. Multiple LoRA nodes can be linked together.',
  outputs: ['MODEL', 'CLIP'],
  inputs: async (folders) => ({
    required: {
      model: ['MODEL', { tooltip: 'The diffusion model the LoRA will be applied to.' }],
      clip: ['CLIP', { tooltip: 'The CLIP model the LoRA will be applied to.' }],
      lora_name: [await folders.modelNames('loras'), { tooltip: 'The name of the LoRA.' }],
      strength_model: ['FLOAT', strength],
      strength_clip: ['FLOAT', strength],
    },
  }),
  run: async ({ model, clip, lora_name, strength_model, strength_clip }: LoraInputs, context) => ({
    // Nothing of the sandbox's adapters lies in the text encoder, so strength_clip changes nothing.
    outputs: [
      strength_model === 0 && strength_clip === 0 ? model : await withLora(model, lora_name, strength_model, context),
      clip,
    ],
  }),
};

const loraLoaderModelOnly: NodeDefinition = {
  displayName: 'Load LoRA',
  category: 'model/loaders',
  description: loraLoader.description,
  outputs: ['MODEL'],
  inputs: async (folders) => ({
    required: {
      model: ['MODEL'],
      lora_name: [await folders.modelNames('loras')],
      strength_model: ['FLOAT', strength],
    },
  }),
  run: async ({ model, lora_name, strength_model }: LoraInputs, context) => ({
    outputs: [strength_model === 0 ? model : await withLora(model, lora_name, strength_model, context)],
  }),
};

/**
 * The loader remembers the file it loaded last by its path, so one that was overwritten stays as it was until another
 * passes through the same node, /free or a restart.
 */
async function withLora(model: Model, name: string, strengthModel: number, context: RunContext): Promise<Model> {
  const path = await context.folders.modelPathOrRaise('loras', name);
  let loaded = context.memory.get('loaded_lora') as { path: string; tensors: Map<string, Tensor> } | undefined;
  if (loaded?.path !== path) {
    context.memory.delete('loaded_lora');
    loaded = { path, tensors: await loadAdapter(path) };
    context.memory.set('loaded_lora', loaded);
  }
  return { ...model, loras: [...model.loras, applyAdapter(loaded.tensors, strengthModel, context.log)] };
}

async function checkModel(path: string): Promise<void> {
  const { tensors } = readSafetensors(await readFile(path));
  if ([...tensors.keys()].some((name) => name.startsWith('model.'))) return;
  const isLora = [...tensors.keys()].some((name) => /lora/.test(name));
  const hint = isLora
    ? '\nHINT: This seems to be a Lora file and Lora files should be put in the lora folder and loaded with a lora loader node..'
    : '';
  throw new PythonError('RuntimeError', `ERROR: Could not detect model type of: ${path}${hint}`);
}

export const loaders = {
  CheckpointLoaderSimple: checkpointLoaderSimple,
  UNETLoader: unetLoader,
  LoraLoader: loraLoader,
  LoraLoaderModelOnly: loraLoaderModelOnly,
};
