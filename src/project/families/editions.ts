import type { FamilyName } from './index.js';

/**
 * Models that a project file names by one word and that have editions: other weights, or another base to train on. Each
 * edition is a family; the first is the default.
 */
const editions = {
  'qwen-image': { 2512: 'qwen-image-2512', first: 'qwen-image' },
  'z-image': { base: 'z-image', 'de-turbo': 'z-image-de-turbo', turbo: 'z-image-turbo' },
  'flux2-klein': { '4b': 'flux2-klein-4b', '9b': 'flux2-klein-9b' },
} satisfies Record<string, Record<string, FamilyName>>;

/** What `model` may be in a project file. */
export const modelNames = [
  'sandbox',
  'sd15',
  'sdxl',
  'sd3',
  'flux1-dev',
  'qwen-image',
  'z-image',
  'flux2-klein',
  'krea2',
] as const;
export type ModelName = (typeof modelNames)[number];

const editionsOf = (model: string): Record<string, FamilyName> | null =>
  Object.hasOwn(editions, model) ? (editions as Record<string, Record<string, FamilyName>>)[model] : null;

/** The family of a model's edition. Null: it has no such edition. */
export function familyOfEdition(model: ModelName, edition?: string): FamilyName | null {
  const known = editionsOf(model);
  if (!known) return edition === undefined ? (model as FamilyName) : null;
  if (edition === undefined) return Object.values(known)[0];
  return Object.hasOwn(known, edition) ? known[edition] : null;
}

/** The editions that a model has, the default first; none: it has but one. */
export const editionNames = (model: ModelName): string[] => Object.keys(editionsOf(model) ?? {});

/** How a project file names a family, `flux2-klein, edition 9b`. */
export function spelledInProject(family: FamilyName): string {
  for (const model of modelNames) {
    const edition = editionNames(model).find((name) => familyOfEdition(model, name) === family);
    if (edition !== undefined) return familyOfEdition(model) === family ? model : `${model}, edition ${edition}`;
  }
  return family;
}

/** The families that a worker serves for a word: those of all editions of a model, or the one family. */
export const familiesNamed = (word: string): string[] => Object.values(editionsOf(word) ?? { only: word });
