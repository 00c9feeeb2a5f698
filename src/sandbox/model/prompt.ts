import { isBackdrop, isColour, readColours } from './colours.js';
import { readNumbers } from './numbers.js';
import { type Effect, LONGEST_PHRASE, PHRASES, readable } from './words.js';

/** What the drawing makes of a text: effects in the order said, and the tokens that an adapter listens to. */
export interface Reading {
  effects: Effect[];
  tokens: Token[];
}

export interface Token {
  text: string;
  /** Rare words carry an adapter's meaning; words that the base model knows well carry little, fillers nothing. */
  weight: number;
}

const KNOWN_WEIGHT = 0.3;
const FILLERS = new Set(
  'a an the of and or with in on at to for from by is are as his her their its this that very photo photograph picture image portrait person face wearing looking standing style shot high quality detailed'.split(
    ' ',
  ),
);

/** Reads a prompt or caption: numbers first, then phrases, longest first, then colours before their nouns. */
export function readPrompt(text: string): Reading {
  const numbers = readNumbers(text);
  const words = readable(numbers.rest);
  const colours = readColours(words);
  const effects: Effect[] = hairWords(words, colours.used);
  const tokens: Token[] = [];
  for (let at = 0; at < words.length;) {
    const length = Math.max(phraseAt(words, at), plainBackdropAt(words, at));
    const phrase = words.slice(at, at + Math.max(1, length)).join(' ');
    if (length > 0) effects.push(...(PHRASES.get(phrase) ?? []));
    const known = length > 0 || colours.used.has(at);
    const weight = known ? KNOWN_WEIGHT : FILLERS.has(phrase) || /^\d+$/.test(phrase) ? 0 : 1;
    if (weight > 0) tokens.push({ text: phrase, weight });
    at += Math.max(1, length);
  }
  return { effects: [...effects, ...colours.effects, ...numbers.effects], tokens };
}

/** "long straight black hair" is long hair and straight hair too: adjectives reach over each other and over colours. */
function hairWords(words: readonly string[], coloured: ReadonlySet<number>): Effect[] {
  const effects: Effect[] = [];
  words.forEach((word, noun) => {
    if (word !== 'hair') return;
    for (let at = noun - 1; at >= 0; at--) {
      const meaning = PHRASES.get(`${words[at]} hair`);
      if (!meaning && !coloured.has(at)) return;
      if (!coloured.has(at)) effects.push(...(meaning ?? []));
    }
  });
  return effects;
}

/** Words of "plain green background" or "plain light grey backdrop", as well known as a plain background; 0: none. */
function plainBackdropAt(words: readonly string[], at: number): number {
  if (words[at] !== 'plain') return 0;
  const colour = at + (shades.has(words[at + 1]) ? 2 : 1);
  return isColour(words[colour]) && isBackdrop(words[colour + 1]) ? colour + 2 - at : 0;
}

const shades = new Set(['light', 'pale', 'dark']);

/** Words in the longest phrase of the vocabulary that starts here; 0 when none does. */
function phraseAt(words: readonly string[], at: number): number {
  for (let length = Math.min(LONGEST_PHRASE, words.length - at); length > 0; length--) {
    if (PHRASES.has(words.slice(at, at + length).join(' '))) return length;
  }
  return 0;
}
