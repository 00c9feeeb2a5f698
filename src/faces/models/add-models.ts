import { copyFile, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { replaceFile } from '../../files/atomic.js';
import { makeFolder } from '../../files/folder.js';
import { fileLimits } from '../../files/limits.js';
import { ForeignFileError, regularSize } from '../../files/regular-file.js';
import { catalogue } from './catalogue.js';
import { builtInEmbedders, type Embedder } from './embedder.js';
import { readDescription, readEmbedderFile } from './embedder-file.js';
import { addedFolder, descriptionName } from './embedders.js';
import { EmbedderError, ModelError } from './errors.js';
import { modelsDirectory, sha256Of } from './model-files.js';
import { unpack } from './unpack.js';

export interface AddedModel {
  name: string;
  path: string;
  sha256: string;
}

/**
 * Takes a file that a person has into the folder of the face models: one of the published ones (known by its sha256,
 * whatever it is called), a zip of InsightFace that holds some, or the YAML description of an embedder with its files.
 * @throws ModelError, EmbedderError
 */
export async function addModels(path: string, directory = modelsDirectory()): Promise<AddedModel[]> {
  await makeFolder(directory);
  if (/\.ya?ml$/i.test(path)) return await addEmbedder(path, directory);
  if (!(await stat(path).catch(() => null))?.isFile()) throw new EmbedderError(`There is no file ${path}.`);
  if (/\.zip$/i.test(path)) return await addZip(path, directory);
  return await addPublished(path, directory);
}

async function addPublished(path: string, directory: string): Promise<AddedModel[]> {
  const sha256 = await sha256Of(path);
  // The same bytes may be published under two names.
  const files = catalogue.filter((file) => file.sha256 === sha256);
  if (files.length === 0)
    throw new EmbedderError(
      `${path} is not one of the published face models (sha256 ${sha256}). To add your own model, give the YAML file ` +
        'that describes it.',
    );
  for (const { name } of files) await replaceFile(join(directory, name), (part) => copyFile(path, part));
  return files.map(({ name }) => ({ name, path: join(directory, name), sha256 }));
}

async function addZip(path: string, directory: string): Promise<AddedModel[]> {
  const folder = await mkdtemp(join(directory, '.add-'));
  try {
    const names = catalogue.map(({ name }) => name);
    await unpack(path, names, folder);
    const added: AddedModel[] = [];
    for (const name of names) {
      const file = join(folder, name);
      if (await stat(file).catch(() => null)) added.push(...(await addPublished(file, directory)));
    }
    if (added.length > 0) return added;
    throw new EmbedderError(`${path} contains none of the published face models.`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The whole embedder at once, by renaming its folder: nobody sees half of it. */
async function addEmbedder(path: string, directory: string): Promise<AddedModel[]> {
  const embedder = await readEmbedderFile(path);
  if (builtInEmbedders.some(({ name }) => name === embedder.name))
    throw new EmbedderError(`${path}: '${embedder.name}' is the name of a built-in embedder; give yours another name.`);
  await makeFolder(addedFolder(directory));
  const folder = await mkdtemp(join(addedFolder(directory), '.add-'));
  const target = join(addedFolder(directory), embedder.name);
  try {
    const description = (await readDescription(path)) as Record<string, unknown>;
    const files = ownFiles(embedder);
    for (const file of files) await copyModel(file, join(folder, basename(file)));
    await writeFile(join(folder, descriptionName), stringify(withNames(description)));
    await rm(target, { recursive: true, force: true });
    await rename(folder, target);
    return await Promise.all(
      files.map(async (file) => {
        const added = join(target, basename(file));
        return { name: `${embedder.name}: ${basename(file)}`, path: added, sha256: await sha256Of(added) };
      }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Files of the folder of face models stay there: only those given by the description are copied. */
const ownFiles = ({ embedding, detector }: Embedder): string[] =>
  [embedding.file, detector.file].filter((file) => resolve(file) === file);

async function copyModel(from: string, to: string): Promise<void> {
  try {
    await regularSize(from, { maxBytes: fileLimits.model });
    await copyFile(from, to);
  } catch (error) {
    const why = error instanceof ForeignFileError ? error.reason : `can't be read: ${(error as Error).message}`;
    throw new ModelError('missing', `${from} ${why}.`, { file: from }, { cause: error });
  }
}

/** Its files lie beside it now. */
function withNames(description: Record<string, unknown>): Record<string, unknown> {
  const { file, detector } = description;
  const named = { ...description, file: basename(String(file)) };
  if (typeof detector !== 'object' || detector === null) return named;
  return { ...named, detector: { ...detector, file: basename(String((detector as { file: string }).file)) } };
}
