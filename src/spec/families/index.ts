import type { Family } from './family.js';
import { sandbox } from './sandbox/preset.js';

export const families = { sandbox } satisfies Record<string, Family>;
export type FamilyName = keyof typeof families;
export const familyNames = Object.keys(families) as [FamilyName, ...FamilyName[]];

/** @throws RangeError for a family that does not exist. */
export function familyOf(name: string): Family {
  const family = (families as Record<string, Family>)[name];
  if (!family) throw new RangeError(`There is no model family '${name}'; there are: ${familyNames.join(', ')}.`);
  return family;
}
