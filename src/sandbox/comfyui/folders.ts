import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { baseModelTensors } from '../model/base-model.js';
import { PythonError } from './python.js';
import { writeSafetensors } from './safetensors.js';
import { writeWhole } from './write-whole.js';

const modelFolders = [
  'checkpoints',
  'configs',
  'loras',
  'vae',
  'text_encoders',
  'diffusion_models',
  'clip_vision',
  'style_models',
  'embeddings',
  'diffusers',
  'vae_approx',
  'controlnet',
  'gligen',
  'upscale_models',
  'latent_upscale_models',
  'custom_nodes',
  'datasets',
  'hypernetworks',
  'photomaker',
  'classifiers',
  'model_patches',
  'audio_encoders',
  'background_removal',
  'frame_interpolation',
  'geometry_estimation',
  'optical_flow',
  'detection',
] as const;

const modelExtensions = new Set(['.ckpt', '.pt', '.pt2', '.bin', '.pth', '.safetensors', '.pkl', '.sft']);

export type StorageType = 'input' | 'output' | 'temp';

/** The folders under the base directory, laid out as ComfyUI does. */
export class Folders {
  readonly modelFolders: readonly string[] = modelFolders;

  private constructor(readonly base: string) {}

  /** Makes the layout, the checkpoint where there is none, and an empty temp/ (ComfyUI wipes it at start). */
  static async open(base: string): Promise<Folders> {
    const folders = new Folders(path.resolve(base));
    await rm(folders.of('temp'), { recursive: true, force: true });
    for (const folder of modelFolders) await mkdir(path.join(folders.base, 'models', folder), { recursive: true });
    for (const folder of ['input', 'output', 'temp']) await mkdir(path.join(folders.base, folder), { recursive: true });
    await folders.placeCheckpoint();
    return folders;
  }

  of(type: StorageType): string {
    return path.join(this.base, type);
  }

  /** The folder of a type named in a request, or null. */
  ofName(type: string): string | null {
    return type === 'input' || type === 'output' || type === 'temp' ? this.of(type) : null;
  }

  /** Roots of a model folder: LoRAs are also looked for in output/loras, as ComfyUI does. */
  private roots(folder: string): string[] {
    const own = path.join(this.base, 'models', folder);
    return folder === 'loras' || folder === 'checkpoints' ? [own, path.join(this.of('output'), folder)] : [own];
  }

  /** Model names as ComfyUI lists them: relative paths, sorted, seen as soon as they are on disk. */
  async modelNames(folder: string): Promise<string[]> {
    const names = new Set<string>();
    for (const root of this.roots(folder))
      for (const name of await filesUnder(root))
        if (modelExtensions.has(path.extname(name).toLowerCase())) names.add(name);
    return [...names].sort();
  }

  /** Absolute path of a model, or null. `../` in a name cannot leave the folder. */
  async modelPath(folder: string, name: string): Promise<string | null> {
    const inside = path.relative('/', path.resolve('/', name));
    for (const root of this.roots(folder)) {
      const found = await stat(path.join(root, inside)).catch(() => null);
      if (found?.isFile()) return path.join(root, inside);
    }
    return null;
  }

  /** @throws PythonError FileNotFoundError, in ComfyUI's words. */
  async modelPathOrRaise(folder: string, name: string): Promise<string> {
    const found = await this.modelPath(folder, name);
    if (found === null)
      throw new PythonError('FileNotFoundError', `Model in folder '${folder}' with filename '${name}' not found.`);
    return found;
  }

  private async placeCheckpoint(): Promise<void> {
    const target = path.join(this.base, 'models', 'checkpoints', 'sandbox.safetensors');
    if (await stat(target).catch(() => null)) return;
    await writeWhole(target, writeSafetensors(baseModelTensors(), { format: 'pt', architecture: 'sandbox' }));
  }
}

/** "name.png [output]" -> the name and its folder's type; without a note, `fallback`. */
export function annotated(name: string, fallback: StorageType): { name: string; type: StorageType } {
  for (const type of ['output', 'input', 'temp'] as const)
    if (name.endsWith(`[${type}]`)) return { name: name.slice(0, -(type.length + 3)), type };
  return { name, type: fallback };
}

/** True when `target` is `folder` or lies inside it. Both absolute. */
export function isWithin(folder: string, target: string): boolean {
  const relative = path.relative(folder, target);
  return relative === '' || (!relative.startsWith(`..${path.sep}`) && relative !== '..' && !path.isAbsolute(relative));
}

async function filesUnder(root: string, prefix = ''): Promise<string[]> {
  const entries = await readdir(path.join(root, prefix), { withFileTypes: true }).catch(() => []);
  const names: string[] = [];
  for (const entry of entries) {
    const name = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    const target = entry.isSymbolicLink() ? await stat(path.join(root, name)).catch(() => null) : entry;
    if (target?.isDirectory() && entry.name !== '.git') names.push(...(await filesUnder(root, name)));
    else if (target?.isFile()) names.push(name);
  }
  return names;
}
