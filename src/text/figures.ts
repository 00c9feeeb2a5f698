// Figures that stand beside each other in a sentence and may not contradict each other by rounding. Pure.

/** A sure lower bound may only be rounded down: of 0.1479 it is not sure that it is 0.148. */
export function atLeast(value: number, digits = 3): string {
  const scale = 10 ** digits;
  // The difference of two decimals (0.3 - 0.1) may lie a hair below what both say.
  return withoutMinusZero(Math.floor(value * scale + 1e-6) / scale, digits);
}

/** With as many digits as it takes to see that they differ: `0.3696` and `0.3700`, not twice 0.37. */
export function apart(value: number, limit: number, digits: number): [value: string, limit: string] {
  const most = 6;
  let enough = digits;
  while (enough < most && value !== limit && value.toFixed(enough) === limit.toFixed(enough)) enough += 1;
  const [shown, of] = [value, limit].map((number) => withoutMinusZero(number, enough));
  return [shown, limit === Number(limit.toFixed(digits)) ? withoutMinusZero(limit, digits) : of];
}

/** Of a share from 0 to 1: 2.1%. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

export const signed = (value: number, digits: number): string => {
  const words = withoutMinusZero(value, digits);
  return words.startsWith('-') || Number(words) === 0 ? words : `+${words}`;
};

export const withoutMinusZero = (value: number, digits: number): string =>
  value.toFixed(digits).replace(/^-(0(\.0*)?)$/, '$1');
