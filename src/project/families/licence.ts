import type { Family, Licence } from './family.js';

type Named = NonNullable<Family['editor']>;

export const apache2: Licence = {
  name: 'Apache License 2.0',
  id: 'apache-2.0',
  url: 'https://www.apache.org/licenses/LICENSE-2.0',
  terms: 'Commercial use is allowed; keep the notices.',
  commercial: 'yes',
};

/** What a model does in a run. One that trains and renders is there once. */
export type ModelUse = 'base' | 'renderer' | 'editor';

export interface UsedModel {
  model: string;
  use: ModelUse;
  licence: Licence;
}

/**
 * The models of a run and their licences: the base, what renders in its place, and what edits.
 * @param editors those that the project chooses. Default: the family's own
 */
export function modelsUsed(
  family: Family,
  editors: readonly Named[] = family.editor ? [family.editor] : [],
): UsedModel[] {
  const { name, repository, licence, renderer } = family;
  return [
    { model: repository ?? name, use: 'base', licence },
    ...(renderer ? [{ model: renderer.repository, use: 'renderer' as const, licence: renderer.licence }] : []),
    ...editors.map((editor) => ({ model: editor.repository, use: 'editor' as const, licence: editor.licence })),
  ];
}

/** Of a family whose LoRA is trained on one model and rendered by another: both, in words; null: it is one. */
export const twoBasesWords = ({ repository, renderer }: Family): string | null =>
  renderer ? `trained on ${repository}, rendered by ${renderer.repository}` : null;

const limits = { yes: '', capped: 'commercial use under conditions', no: 'no commercial use' };

/** In a few words what may not be sold, `NAME: no commercial use`; null: anybody may. */
export const limitWords = (family: Family, editors?: readonly Named[]): string | null =>
  limitOf(modelsUsed(family, editors).map(({ licence }) => licence));

export function limitOf(licences: readonly Licence[]): string | null {
  const words = licences
    .filter(({ commercial }) => commercial !== 'yes')
    .map(({ name, commercial }) => `${name}: ${limits[commercial]}`);
  return words.length === 0 ? null : [...new Set(words)].join('; ');
}

/** What to read before GPU hours are spent, a sentence for each licence. */
export const licenceLines = (family: Family, editors?: readonly Named[]): string[] =>
  modelsUsed(family, editors).map(({ model, licence }) => licenceLine(model, licence));

export function licenceLine(model: string, { name, terms, url, gated }: Licence): string {
  const accept = gated ? ` Accept it at https://huggingface.co/${model} before the first download.` : '';
  return `licence of ${model}: ${name}. ${terms}${accept} ${url}`;
}

/** Why results of a run may not be sold, a sentence for each licence that forbids it; none where they may be. */
export function commercialProblems(family: Family, editors?: readonly Named[]): string[] {
  return modelsUsed(family, editors)
    .filter(({ licence }) => licence.commercial === 'no')
    .map(
      ({ model, licence: { name, clause, url } }) =>
        `${model} may not be used commercially without a contract with its owner: ${name}, ${clause} (${url}).`,
    );
}

/** Under what condition they may, a sentence for each licence that has one. */
export function commercialConditions(family: Family, editors?: readonly Named[]): string[] {
  return modelsUsed(family, editors)
    .filter(({ licence }) => licence.commercial === 'capped')
    .map(({ model, licence: { terms, clause } }) => `${model}: ${terms} (${clause})`);
}
