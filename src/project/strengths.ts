import type { ResolvedProject } from './schema.js';

type Swept = Pick<ResolvedProject['sweep'], 'strength'>;

/** A list of one is a number; several are compared, and ascend. */
export function resolveStrength(asked: number | number[]): number | number[] {
  if (typeof asked === 'number') return asked;
  return asked.length === 1 ? asked[0] : asked.toSorted((a, b) => a - b);
}

/** Where several are compared. */
export const severalStrengths = ({ strength }: Swept): number[] | null => (Array.isArray(strength) ? strength : null);

/** One alone needs no name. */
export const namedStrength = <T>(sweep: Swept, strength: T): T | undefined =>
  severalStrengths(sweep) ? strength : undefined;

export const strengthsOf = ({ strength }: Swept): number[] => (Array.isArray(strength) ? strength : [strength]);
