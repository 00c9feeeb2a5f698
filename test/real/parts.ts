import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The real parts that a person has started or installed, from the environment. */
export interface RealParts {
  comfyUrl: string;
  lorasDir: string;
  checkpoint: string;
  aitoolkit: string;
  python: string;
}

const needed = {
  COMFYUI_URL: 'the address of a running ComfyUI',
  COMFYUI_LORAS_DIR: 'its folder models/loras',
  AITOOLKIT_DIR: "ai-toolkit's folder, with run.py",
  AITOOLKIT_PYTHON: 'the Python of its environment',
};

/** @throws Error naming each variable that is missing, and what stands behind it. */
export function realParts(): RealParts {
  const missing = Object.entries(needed).filter(([name]) => !process.env[name]);
  if (missing.length > 0)
    throw new Error(`test:real needs ${missing.map(([name, what]) => `${name} (${what})`).join(', ')}.`);
  const path = (name: keyof typeof needed): string => resolve(process.env[name] as string);
  return {
    comfyUrl: process.env.COMFYUI_URL as string,
    lorasDir: path('COMFYUI_LORAS_DIR'),
    checkpoint: process.env.COMFYUI_CHECKPOINT ?? 'tiny_sd3.safetensors',
    aitoolkit: path('AITOOLKIT_DIR'),
    python: path('AITOOLKIT_PYTHON'),
  };
}

export const tinyModelScript = fileURLToPath(new URL('tiny_sd3.py', import.meta.url));

/** The tiny SD3 for the trainer: AITOOLKIT_MODEL, or made once in the user's cache folder. */
export async function tinyTrainerModel({ python }: RealParts): Promise<string> {
  if (process.env.AITOOLKIT_MODEL) return resolve(process.env.AITOOLKIT_MODEL);
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'azit-tests');
  const folder = join(cache, 'tiny-sd3');
  if (existsSync(join(folder, 'model_index.json'))) return folder;
  await mkdir(cache, { recursive: true });
  const part = `${folder}.${process.pid}.part`;
  await execa(python, [tinyModelScript, 'trainer', part], { env: { HF_HUB_OFFLINE: '1' } });
  await rm(folder, { recursive: true, force: true });
  await rename(part, folder);
  return folder;
}

/** @throws Error with the cure where the server does not have the tiny checkpoint. */
export async function needTinyCheckpoint({ comfyUrl, checkpoint, python }: RealParts): Promise<void> {
  const response = await fetch(new URL('/models/checkpoints', comfyUrl));
  const known = (await response.json()) as string[];
  if (known.includes(checkpoint)) return;
  throw new Error(
    `ComfyUI at ${comfyUrl} has no checkpoint ${checkpoint}: make it by \`${python} ${tinyModelScript} comfyui MODELS\`, ` +
      'where MODELS is its folder models, or name another small SD3 by COMFYUI_CHECKPOINT.',
  );
}
