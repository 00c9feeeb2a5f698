import { hasInterval, type Score } from '../run/record.js';
import { withoutMinusZero } from '../text/figures.js';

export const figure = (value: number, digits = 3): string => withoutMinusZero(value, digits);

export const intervalWords = (score: Score): string =>
  hasInterval(score) ? `${figure(score.low)} to ${figure(score.high)}` : 'no interval';

/** e.g. 0.712 (0.651 to 0.773; 12 pictures) */
export function scoreWords(score: Score): string {
  if (score.n === 0) return 'unknown: no face was found';
  return `${figure(score.mean)} (${intervalWords(score)}; ${score.n} ${score.n === 1 ? 'image' : 'images'})`;
}
