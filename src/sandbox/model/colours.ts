import type { ParameterName } from '../head/scene.js';
import { type Effect, pin } from './words.js';

type Rgb = readonly [number, number, number];

const COLOURS: Readonly<Record<string, Rgb>> = {
  white: [0.94, 0.94, 0.94],
  black: [0.05, 0.05, 0.055],
  grey: [0.55, 0.55, 0.56],
  gray: [0.55, 0.55, 0.56],
  silver: [0.76, 0.77, 0.8],
  red: [0.78, 0.1, 0.12],
  crimson: [0.66, 0.05, 0.14],
  burgundy: [0.4, 0.05, 0.12],
  pink: [0.96, 0.55, 0.7],
  coral: [0.95, 0.48, 0.4],
  orange: [0.95, 0.52, 0.14],
  peach: [0.98, 0.75, 0.62],
  yellow: [0.96, 0.84, 0.24],
  gold: [0.85, 0.68, 0.3],
  golden: [0.85, 0.68, 0.3],
  green: [0.16, 0.55, 0.28],
  mint: [0.65, 0.9, 0.78],
  emerald: [0.05, 0.5, 0.36],
  olive: [0.42, 0.43, 0.2],
  teal: [0.08, 0.5, 0.52],
  turquoise: [0.2, 0.75, 0.75],
  cyan: [0.2, 0.8, 0.9],
  blue: [0.14, 0.32, 0.74],
  navy: [0.07, 0.1, 0.27],
  purple: [0.42, 0.18, 0.62],
  violet: [0.48, 0.28, 0.78],
  lavender: [0.74, 0.66, 0.9],
  magenta: [0.85, 0.15, 0.6],
  brown: [0.36, 0.23, 0.15],
  beige: [0.86, 0.78, 0.66],
  cream: [0.95, 0.91, 0.82],
  blond: [0.9, 0.76, 0.5],
  blonde: [0.9, 0.76, 0.5],
  platinum: [0.93, 0.89, 0.8],
  auburn: [0.45, 0.17, 0.1],
  hazel: [0.4, 0.34, 0.16],
};

/** Natural hair colours lie on the identity's own scales; any other colour is dye. */
const NATURAL_HAIR: Readonly<Record<string, readonly Effect[]>> = {
  black: [pin('hairTone', -1.6), pin('hairGrey', -1), pin('hairRed', -0.5), pin('dye', 0)],
  brown: [pin('hairTone', 0.7), pin('hairGrey', -1), pin('hairRed', 0), pin('dye', 0)],
  blond: [pin('hairTone', 2.2), pin('hairGrey', -1), pin('hairRed', 0), pin('dye', 0)],
  platinum: [pin('hairTone', 2.6), pin('hairGrey', 1), pin('hairRed', 0), pin('dye', 0)],
  red: [pin('hairTone', 1.1), pin('hairGrey', -1), pin('hairRed', 2.4), pin('dye', 0)],
  auburn: [pin('hairTone', 0.6), pin('hairGrey', -1), pin('hairRed', 1.8), pin('dye', 0)],
  grey: [pin('hairGrey', 2.4), pin('dye', 0)],
  white: [pin('hairGrey', 2.6), pin('hairTone', 2), pin('dye', 0)],
};

const EYES: Readonly<Record<string, readonly Effect[]>> = {
  black: [pin('irisTone', -1.6), pin('irisGreen', 0)],
  brown: [pin('irisTone', -0.3), pin('irisGreen', 0)],
  hazel: [pin('irisTone', 0.9), pin('irisGreen', 1)],
  green: [pin('irisTone', 1.2), pin('irisGreen', 2.4)],
  grey: [pin('irisTone', 1.7), pin('irisGreen', 0)],
  blue: [pin('irisTone', 2.3), pin('irisGreen', -1)],
};

const GARMENTS =
  'jacket coat suit blazer tuxedo shirt blouse tee tshirt hoodie sweatshirt sweater pullover turtleneck dress gown top outfit costume clothes clothing hat beanie cap sequins knitwear vest uniform'.split(
    ' ',
  );
const HAIR = 'hair haired beard bob ponytail curls waves bangs braids bun'.split(' ');
const BACKDROPS = 'background backdrop wall'.split(' ');
const LIGHTS = 'light lights lighting neon rim glow'.split(' ');

const SYNONYM: Readonly<Record<string, string>> = {
  gray: 'grey',
  blonde: 'blond',
  golden: 'blond',
  silver: 'grey',
  dark: 'black',
};

export const isColour = (word: string | undefined): boolean => word !== undefined && word in COLOURS;
export const isBackdrop = (word: string | undefined): boolean => word !== undefined && BACKDROPS.includes(word);

function rgb(prefix: string, colour: Rgb, dim = 1): Effect[] {
  return ['Red', 'Green', 'Blue'].map((part, i) => pin(`${prefix}${part}` as ParameterName, colour[i] * dim));
}

/** How far ahead of a colour word its noun may stand: "red oversized leather jacket". */
const REACH = 3;

/**
 * Colour words and the things they colour. A colour binds to the first colourable word after it, within a few words
 * and before the next colour.
 */
export function readColours(words: readonly string[]): { effects: Effect[]; used: Set<number> } {
  const effects: Effect[] = [];
  const used = new Set<number>();
  words.forEach((word, at) => {
    if (!(word in COLOURS)) return;
    for (let ahead = 1; ahead <= REACH && at + ahead < words.length; ahead++) {
      const noun = words[at + ahead];
      if (noun in COLOURS) return;
      const meaning = colourOf(word, noun, words[at + ahead + 1]);
      if (meaning === undefined) continue;
      effects.push(...meaning);
      used.add(at);
      return;
    }
  });
  return { effects, used };
}

function colourOf(word: string, noun: string, next: string | undefined): readonly Effect[] | undefined {
  const colour = COLOURS[word];
  const plain = SYNONYM[word] ?? word;
  if (HAIR.includes(noun)) return NATURAL_HAIR[plain] ?? [pin('dye', 0.95), ...rgb('dye', colour)];
  if (noun === 'eyeshadow' || (noun === 'eye' && next === 'shadow'))
    return [pin('eyeShadow', 0.85), ...rgb('shadow', colour)];
  if (noun === 'eyes' || noun === 'eyed') return EYES[plain];
  if (noun === 'lips' || noun === 'lipstick') return [pin('lipstick', 0.95), ...rgb('lip', colour)];
  if (GARMENTS.includes(noun) || (noun === 't' && next === 'shirt')) return rgb('cloth', colour);
  if (BACKDROPS.includes(noun)) return [...rgb('top', colour), ...rgb('bottom', colour, 0.86)];
  if (LIGHTS.includes(noun)) return [pin('rim', 0.8), ...rgb('rim', colour), ...rgb('accent', colour)];
  return undefined;
}
