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

/** Of disks, downloads and files, in decimal units as they are sold: 12.4 MB. */
export function byteWords(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${Math.ceil(bytes / 1e3)} kB`;
}

/** Of memory and of bounds, which are powers of two: 20.0 GiB, 16 KiB. */
export function binaryWords(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 ** 2) return `${Math.round(bytes / 1024)} KiB`;
  if (bytes < 1024 ** 3) return `${Math.round(bytes / 1024 ** 2)} MiB`;
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}

/** 42 s · 3 min 05 s · 2 h 10 min · 3 d 4 h */
export function durationWords(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`;
  const minutes = Math.round(s / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(minutes / 1440)} d ${Math.round((minutes % 1440) / 60)} h`;
}
