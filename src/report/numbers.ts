import { hasInterval, type Score } from '../run/checkpoint-record.js';

/** Numbers as people read them. */

export const identityWords = (cosine: number): string => cosine.toFixed(2).replace(/^-(0\.0+)$/, '$1');

export const scoreWords = (score: Score): string => {
  const [mean, low, high] = [score.mean, score.low, score.high].map((value) => value.toFixed(3));
  return hasInterval(score) ? `${mean} [${low}, ${high}]` : mean;
};

export const signed = (value: number, digits = 3): string =>
  `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;

export const degrees = (value: number): string => `${Math.round(value)}°`.replace(/^-0°$/, '0°').replace('-', '−');

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`;

// One for all: a list of a thousand runs would make a thousand.
const days = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

/** In UTC: the same bytes wherever the report is written. */
export function timeWords(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  return `${days.format(time)}, ${time.toISOString().slice(11, 16)} UTC`;
}

export const secondsBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000;

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A remark of the run (`the pictures were given`) as a sentence. */
export const sentence = (remark: string): string => `${capital(remark)}${/[.!?…:;)`]$/.test(remark) ? '' : '.'}`;
