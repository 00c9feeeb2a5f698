import { AT, type ParameterName, PARAMETERS } from '../head/scene.js';
import { VOCABULARY } from './vocabulary.js';

/** One effect of a phrase on one scene number. */
export interface Effect {
  index: number;
  value: number;
  /** A pinned number is said; a moved one is only made likelier. */
  pins: boolean;
}

/** Texts as the vocabulary reads them: lower case, everything but letters and digits is a space. */
export function readable(text: string): string[] {
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  return words === '' ? [] : words.split(' ');
}

const EFFECT = /^(\w+?)([=+-])(-?[\d.]+)$/;

function parseEffect(text: string): Effect {
  const match = EFFECT.exec(text);
  const index = match ? AT[match[1] as ParameterName] : undefined;
  if (!match || index === undefined)
    throw new Error(`The vocabulary has an effect that names no scene number: ${text}`);
  return { index, value: Number(match[3]) * (match[2] === '-' ? -1 : 1), pins: match[2] === '=' };
}

/** Phrase -> effects. Built once when the module loads; a mistake in the table stops it at once. */
export const PHRASES: ReadonlyMap<string, readonly Effect[]> = new Map(
  VOCABULARY.split('\n')
    .filter((row) => row !== '' && !row.startsWith('#'))
    .flatMap((row) => {
      const colon = row.indexOf(':');
      const effects = row
        .slice(colon + 1)
        .trim()
        .split(/\s+/)
        .map(parseEffect);
      return row
        .slice(0, colon)
        .split('|')
        .map((phrase) => [readable(phrase).join(' '), effects] as const);
    }),
);

export const LONGEST_PHRASE = Math.max(...[...PHRASES.keys()].map((phrase) => phrase.split(' ').length));

export function pin(name: ParameterName, value: number): Effect {
  const { low, high } = PARAMETERS[AT[name]];
  return { index: AT[name], value: Math.min(high, Math.max(low, value)), pins: true };
}
