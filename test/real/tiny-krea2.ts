import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RealParts } from './parts.js';
import type { RigFamily } from './rig.js';

/** Where ComfyUI's models are, as this machine sees them: the tiny Krea 2 is made there. */
export const modelsDir = process.env.COMFYUI_MODELS_DIR;

const script = fileURLToPath(new URL('tiny_krea2.py', import.meta.url));

/** By the role that each has in the family's graphs. */
export const tinyFiles = {
  'diffusion-model': 'tiny_krea2_turbo.safetensors',
  'text-encoder': 'tiny_qwen3vl_4b.pt',
  vae: 'tiny_qwen_image_vae.safetensors',
};

/** What ai-toolkit cannot tell from the weights. */
export const tinySizes = { mmdit_config: { features: 256, heads: 2, kvheads: 1, layers: 2 } };

const folderOf = { 'diffusion-model': 'diffusion_models', 'text-encoder': 'text_encoders', vae: 'vae' };

/** The files for both sides, made where they are missing; the trainer finds its own as if they came from the hub. */
export async function tinyKrea2({ python }: RealParts, models: string): Promise<RigFamily> {
  const roles = Object.keys(tinyFiles) as (keyof typeof tinyFiles)[];
  if (!roles.every((role) => existsSync(join(models, folderOf[role], tinyFiles[role]))))
    await make(python, 'comfyui', models);
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'azit-tests');
  const home = join(cache, 'tiny-krea2');
  if (!existsSync(home)) {
    await mkdir(cache, { recursive: true });
    const part = `${home}.${process.pid}.part`;
    await make(python, 'trainer', part);
    await rename(part, home);
  }
  return {
    name: 'krea2',
    modelFiles: roles.map((role) => `${role}=${tinyFiles[role]}`),
    environment: { HF_HOME: home },
  };
}

/** Turbo with the LoRA in its weights, while `use` has it: 1.4 GB. */
export async function withFolded(
  { python }: RealParts,
  models: string,
  lora: string,
  use: (name: string, modules: number) => Promise<void>,
): Promise<void> {
  const folder = join(models, folderOf['diffusion-model']);
  const name = `tiny_krea2_folded_${process.pid}.safetensors`;
  try {
    const { stdout } = await make(python, 'fold', join(folder, tinyFiles['diffusion-model']), lora, join(folder, name));
    await use(name, Number(stdout));
  } finally {
    await rm(join(folder, name), { force: true });
  }
}

const make = (python: string, ...words: string[]) =>
  execa(python, [script, ...words], { env: { HF_HUB_OFFLINE: '1' } });
