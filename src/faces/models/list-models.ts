import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { catalogue } from './catalogue.js';
import { builtInEmbedders, defaultEmbedder, filesOf, type Embedder } from './embedder.js';
import { licenceNotice, listEmbedders } from './embedders.js';
import { faceModels, modelsDirectory, sha256Of } from './model-files.js';

export interface ListedFile {
  name: string;
  state: 'sound' | 'missing' | 'wrong';
  /** Null: missing, and no size is published. */
  bytes: number | null;
  /** As published; of a person's own file, as found. */
  sha256: string | null;
}

export interface ListedEmbedder {
  name: string;
  state: 'ready' | 'not on this machine';
  /** Built in, or added by the person. */
  builtIn: boolean;
  /** The cosine from which two faces count as one person. */
  threshold: number;
  licence: string;
  commercial: boolean;
  /** In plain words, where it may not be used for money. */
  notice: string | null;
  source: string;
  files: ListedFile[];
}

/** Every embedder known here. Reads and hashes what is there of them. */
export async function listModels(directory = modelsDirectory()): Promise<ListedEmbedder[]> {
  return await Promise.all((await listEmbedders(directory)).map((embedder) => describe(embedder, directory)));
}

async function describe(embedder: Embedder, directory: string): Promise<ListedEmbedder> {
  const { name, threshold, licence, source } = embedder;
  const files = await filesToCheck(embedder, directory);
  return {
    name,
    state: files.every(({ state }) => state === 'sound') ? 'ready' : 'not on this machine',
    builtIn: builtInEmbedders.includes(embedder),
    threshold,
    licence: licence.name,
    commercial: licence.commercial,
    notice: licenceNotice(embedder),
    source,
    files,
  };
}

export async function filesToCheck(embedder: Embedder, directory: string): Promise<ListedFile[]> {
  const names = embedder.name === defaultEmbedder.name ? faceModels.map(({ name }) => name) : filesOf(embedder);
  return await Promise.all(names.map((name) => listFile(resolve(directory, name))));
}

async function listFile(path: string): Promise<ListedFile> {
  const name = basename(path);
  const published = catalogue.find((file) => file.name === name) ?? null;
  const found = await sha256Of(path).catch(() => null);
  if (found === null)
    return { name, state: 'missing', bytes: published?.bytes ?? null, sha256: published?.sha256 ?? null };
  const { size } = await stat(path);
  const sound = published === null || published.sha256 === found;
  return { name, state: sound ? 'sound' : 'wrong', bytes: size, sha256: published?.sha256 ?? found };
}
