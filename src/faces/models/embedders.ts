import type { EmbedderProvenance } from '../../run/checkpoint-record.js';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { builtInEmbedders, defaultEmbedder, filesOf, type Embedder } from './embedder.js';
import { readEmbedderFile } from './embedder-file.js';
import { catalogue } from './catalogue.js';
import { EmbedderError, ModelError } from './errors.js';
import { modelsDirectory, sha256Of } from './model-files.js';

/** One folder an embedder that a person added: its YAML file and the files that it names. */
export const addedFolder = (directory: string): string => join(directory, 'embedders');
export const descriptionName = 'embedder.yaml';

/**
 * An embedder by its name, or by the YAML file that describes it.
 * @throws EmbedderError where there is none of that name, or the file is wrong
 */
export async function findEmbedder(nameOrFile: string, directory = modelsDirectory()): Promise<Embedder> {
  if (/\.ya?ml$/i.test(nameOrFile)) return await readEmbedderFile(nameOrFile);
  const known = await listEmbedders(directory);
  const found = known.find(({ name }) => name === nameOrFile);
  if (found) return found;
  throw new EmbedderError(
    `There is no embedder '${nameOrFile}'. Available: ${known.map(({ name }) => name).join(', ')}. ` +
      'To use another one, describe it in a YAML file and give that file, or add it with `azit models add FILE`.',
  );
}

/** The built-in ones, then those added. */
export async function listEmbedders(directory = modelsDirectory()): Promise<Embedder[]> {
  const names = await readdir(addedFolder(directory)).catch(() => []);
  const files = names
    .filter((name) => !name.startsWith('.'))
    .map((name) => join(addedFolder(directory), name, descriptionName));
  return [...builtInEmbedders, ...(await Promise.all(files.sort().map(readEmbedderFile)))];
}

/**
 * Reads and hashes the embedder's files.
 * @throws ModelError where one is missing, or is not the published one
 */
export async function checkEmbedder(embedder: Embedder, directory = modelsDirectory()): Promise<EmbedderProvenance> {
  const files = [];
  // In turn: of two that are missing, the message always names the first.
  for (const file of filesOf(embedder)) files.push(await checkFile(resolve(directory, file), embedder));
  const { name, threshold, licence, source } = embedder;
  return { name, threshold, licence: licence.name, commercial: licence.commercial, source, files };
}

async function checkFile(path: string, { name: embedder }: Embedder): Promise<{ name: string; sha256: string }> {
  const name = basename(path);
  const published = catalogue.find((file) => file.name === name);
  const sha256 = await sha256Of(path).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    const pull = builtInEmbedders.some((one) => one.name === embedder)
      ? `azit models pull ${embedder}`
      : 'azit models pull';
    const cure = published
      ? `run \`${pull}\`, or \`azit models add FILE\` if you already have the file`
      : 'correct the path in its YAML file';
    const what = code === 'ENOENT' ? 'is missing' : `can't be read (${code})`;
    throw new ModelError(
      'missing',
      `The embedder ${embedder} needs ${path}, which ${what}: ${cure}.`,
      { file: path },
      { cause: error },
    );
  });
  if (published && published.sha256 !== sha256)
    throw new ModelError(
      'wrong-hash',
      `The face model ${path} is not the published one: its sha256 is ${sha256}, expected ${published.sha256}. ` +
        'Download it again with `azit models pull`, or describe your own file under another name in a YAML file.',
      { file: path, expected: published.sha256, found: sha256 },
    );
  return { name, sha256 };
}

/** What must be said before weights are used that may not be used for money; null where they may. */
export function licenceNotice({ name, licence }: Embedder): string | null {
  if (licence.commercial) return null;
  return (
    `The embedder ${name} is licensed for non-commercial use only (${licence.name}): if you sell images, or are paid ` +
    'to make them, you need a licence from its maker.'
  );
}

export { defaultEmbedder };
