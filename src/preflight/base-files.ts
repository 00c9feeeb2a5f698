import { existsSync } from 'node:fs';
import { familyOf, type FamilyName } from '../project/families/index.js';
import { modelFileOf, type ModelFiles } from '../project/model-files.js';

/** What a training of a family starts from: a repository, or a folder of this worker. */
export const baseOf = (family: FamilyName, files: ModelFiles): string =>
  modelFileOf(files, family, 'base') ?? familyOf(family).training.baseModel;

/** Files that must be in the cache for the family's base model to load offline; none for one on this disk. */
export function neededFiles(family: FamilyName, files: ModelFiles): string[] {
  const { baseFile = 'model_index.json', hubFiles = [], training } = familyOf(family);
  const own = baseOf(family, files);
  const adapter = /\|(.+)$/.exec(String(training.trainers['ai-toolkit'].process.model?.qtype ?? ''))?.[1];
  return [...(isRepository(own) ? [`${own}/${baseFile}`] : []), ...(adapter ? [adapter] : []), ...hubFiles];
}

export const isRepository = (name: string): boolean => /^[\w.-]+\/[\w.-]+$/.test(name) && !existsSync(name);

/** `owner/name` of each, once. */
export const repositoriesOf = (files: readonly string[]): string[] => [
  ...new Set(files.map((file) => file.split('/').slice(0, 2).join('/'))),
];
