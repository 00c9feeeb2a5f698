import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FamilyName } from '../../src/project/families/index.js';
import type { RealParts } from './parts.js';
import type { RigFamily } from './rig.js';

/** Where ComfyUI's models are, as this machine sees them: the tiny ones are made there. */
export const modelsDir = process.env.COMFYUI_MODELS_DIR;

/** A family's model with few random weights. */
export interface TinyFamily {
  name: FamilyName;
  /** Beside this file: `trainer HF_HOME`, `comfyui MODELS` and `fold FILE LORA FOLDED` make its files. */
  script: string;
  /** By the role that each has in the family's graphs, in ComfyUI's folder models. */
  files: Readonly<Record<string, string>>;
  /** The role of the file that takes the LoRA. */
  takesLora: string;
  /** What a LoRA of it has: a pair of matrices each. */
  modules: number;
  /** Of ai-toolkit's config: what makes a model that is not quantized, and of these sizes. */
  model?: object;
}

/** As ComfyUI lists them. */
export const namesOf = ({ files }: TinyFamily): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([role, file]) => [role, basename(file)]));

/** The files for both sides, made where they are missing; the trainer finds its own as if they came from the hub. */
export async function tinyFamily(tiny: TinyFamily, { python }: RealParts, models: string): Promise<RigFamily> {
  if (!Object.values(tiny.files).every((file) => existsSync(join(models, file))))
    await make(python, tiny, 'comfyui', models);
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'azit-tests');
  const home = join(cache, `tiny-${tiny.name}`);
  if (!existsSync(home)) {
    await mkdir(cache, { recursive: true });
    const part = `${home}.${process.pid}.part`;
    await make(python, tiny, 'trainer', part);
    await rename(part, home);
  }
  return {
    name: tiny.name,
    modelFiles: Object.entries(namesOf(tiny)).map((file) => file.join('=')),
    environment: { HF_HOME: home },
  };
}

/** The model with the LoRA in its weights, while `use` has it. */
export async function withFolded(
  tiny: TinyFamily,
  { python }: RealParts,
  models: string,
  lora: string,
  use: (name: string, modules: number) => Promise<void>,
): Promise<void> {
  const file = join(models, tiny.files[tiny.takesLora]);
  const name = `tiny_${tiny.name}_folded_${process.pid}${extname(file)}`;
  const folded = join(dirname(file), name);
  try {
    const { stdout } = await make(python, tiny, 'fold', file, lora, folded);
    await use(name, Number(stdout));
  } finally {
    await rm(folded, { force: true });
  }
}

const make = (python: string, { script }: TinyFamily, ...words: string[]) =>
  execa(python, [fileURLToPath(new URL(script, import.meta.url)), ...words], { env: { HF_HUB_OFFLINE: '1' } });
