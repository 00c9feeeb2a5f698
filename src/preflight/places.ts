import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { readRegularText } from '../files/regular-file.js';
import type { Vocabulary } from './training-facts.js';

type Environment = Record<string, string | undefined>;

/** Where this machine may have what a training reads. */
export interface Places {
  /** Hugging Face's cache. */
  hubCache: string;
  /** ComfyUI's folder; null: not told. */
  comfyui: string | null;
}

/** @param comfyui as given; else AZIT_COMFYUI_DIR, else the folder whose models/loras AZIT_LORAS_DIR is */
export function placesOf(environment: Environment, comfyui?: string): Places {
  const { HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME, AZIT_COMFYUI_DIR, AZIT_LORAS_DIR } = environment;
  const home = HF_HOME || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface');
  const told =
    comfyui ?? (AZIT_COMFYUI_DIR || (AZIT_LORAS_DIR ? dirname(dirname(resolve(AZIT_LORAS_DIR))) : undefined));
  return { hubCache: HF_HUB_CACHE || join(home, 'hub'), comfyui: told === undefined ? null : resolve(told) };
}

/** ComfyUI brings the vocabularies of the encoders that it runs. */
const inComfyUI: Record<Vocabulary, string> = {
  CLIP: 'comfy/sd1_tokenizer',
  T5: 'comfy/text_encoders/t5_tokenizer',
  Qwen: 'comfy/text_encoders/qwen25_tokenizer',
};

const filesOf = (vocabulary: Vocabulary): string[] =>
  vocabulary === 'T5' ? ['tokenizer.json'] : ['vocab.json', 'merges.txt'];

/** The folder of a vocabulary on this machine: the model's own, else ComfyUI's; null: it has none. */
export async function tokenizerFolder(
  { hubCache, comfyui }: Places,
  vocabulary: Vocabulary,
  repository: string,
  folder: string,
): Promise<string | null> {
  const own = await snapshotOf(hubCache, repository);
  const candidates = [
    ...(own ? [join(own, folder)] : []),
    ...(existsSync(repository) ? [join(repository, folder)] : []),
    ...(comfyui ? [join(comfyui, inComfyUI[vocabulary])] : []),
  ];
  const holds = (candidate: string): boolean => filesOf(vocabulary).every((file) => existsSync(join(candidate, file)));
  return candidates.find(holds) ?? null;
}

/** Whether the cache has a file of a repository, `owner/name/path/in/it`, in the revision that an offline start reads. */
export async function isCached(hubCache: string, file: string): Promise<boolean> {
  const [owner, name, ...path] = file.split('/');
  const snapshot = await snapshotOf(hubCache, `${owner}/${name}`);
  return snapshot !== null && existsSync(join(snapshot, ...path));
}

async function snapshotOf(hubCache: string, repository: string): Promise<string | null> {
  const folder = join(hubCache, `models--${repository.replaceAll('/', '--')}`);
  const reference = await readRegularText(join(folder, 'refs', 'main'), { maxBytes: 4096 }).catch(() => '');
  return /^[0-9a-f]{6,64}$/.test(reference.trim()) ? join(folder, 'snapshots', reference.trim()) : null;
}
