import { type Effect, pin } from './words.js';

const NUMBER = '(-?\\d{1,3}(?:\\.\\d+)?)';
const AGES: readonly (readonly [years: number, age: number])[] = [
  [10, -1.6],
  [20, -1],
  [30, -0.3],
  [45, 0.7],
  [60, 1.6],
  [80, 2.5],
];

/** Rules for wordings that carry a number; the matched text is taken out before words are read. */
const RULES: readonly (readonly [pattern: RegExp, effects: (n: number, side: string) => Effect[]])[] = [
  [new RegExp(`\\byaw\\s*[:=]?\\s*${NUMBER}(?:\\s*(?:degrees?|deg|°))?`, 'g'), (n) => [pin('yaw', n)]],
  [new RegExp(`\\bpitch\\s*[:=]?\\s*${NUMBER}(?:\\s*(?:degrees?|deg|°))?`, 'g'), (n) => [pin('pitch', n)]],
  [new RegExp(`\\broll\\s*[:=]?\\s*${NUMBER}(?:\\s*(?:degrees?|deg|°))?`, 'g'), (n) => [pin('roll', n)]],
  [
    new RegExp(
      `\\b(?:head\\s+)?turned\\s+${NUMBER}\\s*(?:degrees?|deg|°)\\s*(?:to\\s+(?:the|her|his)\\s+)?(left|right)\\b`,
      'g',
    ),
    (n, side) => [pin('yaw', side === 'left' ? n : -n)],
  ],
  [
    new RegExp(
      `\\b(?:head\\s+)?(?:tilted|looking|raised|lowered)\\s+${NUMBER}\\s*(?:degrees?|deg|°)\\s*(up|down)\\b`,
      'g',
    ),
    (n, side) => [pin('pitch', side === 'up' ? n : -n)],
  ],
  [
    new RegExp(`\\b(?:aged?\\s+${NUMBER}|${NUMBER}[\\s-]*(?:years?[\\s-]*old|yo|y\\/o)\\b)`, 'g'),
    (years) => [
      pin('age', ageNumber(years)),
      ...(years > 55 ? [pin('hairGrey', Math.min(2.4, (years - 45) / 10))] : []),
    ],
  ],
];

/** Effects of all numbers in a text, and the text without them. */
export function readNumbers(text: string): { effects: Effect[]; rest: string } {
  const effects: Effect[] = [];
  let rest = text.normalize('NFKC').toLowerCase();
  for (const [pattern, meaning] of RULES) {
    rest = rest.replace(pattern, (_match, ...groups: unknown[]) => {
      const strings = groups.filter((group): group is string => typeof group === 'string').slice(0, -1);
      effects.push(...meaning(Number(strings[0]), strings[1] ?? ''));
      return ' ';
    });
  }
  return { effects, rest };
}

/** From years to the age number, which runs from a child (-1.6) to very old (2.5). */
function ageNumber(years: number): number {
  const after = AGES.findIndex(([known]) => known >= years);
  if (after === 0) return AGES[0][1];
  if (after < 0) return 2.5;
  const [[y0, a0], [y1, a1]] = [AGES[after - 1], AGES[after]];
  return a0 + ((a1 - a0) * (years - y0)) / (y1 - y0);
}
