// Figures as people read them; those that stand side by side may not contradict each other by rounding. Pure.

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

/** For people, in decimal units as disks are sold: 12.4 MB. Bounds on what is read are told in binary ones, see `sizeWords`. */
export function byteWords(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${Math.ceil(bytes / 1e3)} kB`;
}
