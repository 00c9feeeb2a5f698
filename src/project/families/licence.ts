import type { Family, Licence } from './family.js';

export const apache2: Licence = {
  name: 'Apache License 2.0',
  id: 'apache-2.0',
  url: 'https://www.apache.org/licenses/LICENSE-2.0',
  terms: 'Commercial use is allowed; keep the notices.',
  commercial: 'yes',
};

/** What a model does in a run. One that trains and renders is there once. */
export type ModelUse = 'base' | 'renderer' | 'editor';

/** The models of a run and their licences: the base, what renders in its place, and the editor where there is one. */
export function modelsUsed(family: Family): { model: string; use: ModelUse; licence: Licence }[] {
  const { name, repository, licence, renderer, editor } = family;
  return [
    { model: repository ?? name, use: 'base', licence },
    ...(renderer ? [{ model: renderer.repository, use: 'renderer' as const, licence: renderer.licence }] : []),
    ...(editor ? [{ model: editor.repository, use: 'editor' as const, licence: editor.licence }] : []),
  ];
}

/** Of a family whose LoRA is trained on one model and rendered by another: both, in words; null: it is one. */
export const twoBasesWords = ({ repository, renderer }: Family): string | null =>
  renderer ? `trained on ${repository}, rendered by ${renderer.repository}` : null;

const limits = { yes: '', capped: 'commercial use under conditions', no: 'no commercial use' };

/** In a few words what may not be sold, `NAME: no commercial use`; null: anybody may. */
export function limitWords(family: Family): string | null {
  const limited = modelsUsed(family).filter(({ licence }) => licence.commercial !== 'yes');
  const words = limited.map(({ licence }) => `${licence.name}: ${limits[licence.commercial]}`);
  return words.length === 0 ? null : [...new Set(words)].join('; ');
}

/** What to read before GPU hours are spent, a sentence for each licence. */
export function licenceLines(family: Family): string[] {
  return modelsUsed(family).map(({ model, licence: { name, terms, url, gated } }) => {
    const accept = gated ? ` Accept it at https://huggingface.co/${model} before the first download.` : '';
    return `licence of ${model}: ${name}. ${terms}${accept} ${url}`;
  });
}

/** Why results of a run may not be sold, a sentence for each licence that forbids it; none where they may be. */
export function commercialProblems(family: Family): string[] {
  return modelsUsed(family)
    .filter(({ licence }) => licence.commercial === 'no')
    .map(
      ({ model, licence: { name, clause, url } }) =>
        `${model} may not be used commercially without a contract with its owner: ${name}, ${clause} (${url}).`,
    );
}

/** Under what condition they may, a sentence for each licence that has one. */
export function commercialConditions(family: Family): string[] {
  return modelsUsed(family)
    .filter(({ licence }) => licence.commercial === 'capped')
    .map(({ model, licence: { terms, clause } }) => `${model}: ${terms} (${clause})`);
}
