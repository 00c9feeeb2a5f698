import type { Family } from './family.js';
import { flux1Dev } from './flux1-dev/preset.js';
import { qwenImage } from './qwen-image/preset.js';
import { sandbox } from './sandbox/preset.js';
import { sd15 } from './sd15/preset.js';
import { sd3 } from './sd3/preset.js';
import { sdxl } from './sdxl/preset.js';

export const families = { sandbox, sd15, sdxl, sd3, 'flux1-dev': flux1Dev, 'qwen-image': qwenImage } satisfies Record<
  string,
  Family
>;
export type FamilyName = keyof typeof families;
export const familyNames = Object.keys(families) as [FamilyName, ...FamilyName[]];

export const isFamily = (name: string): name is FamilyName => Object.hasOwn(families, name);

/** What a person should expect of a family that redraws pictures instead of editing them. */
export const withoutEditing = (family: string): string =>
  `${family} has no editing model: stages 02 to 04 redraw the previous image (img2img), and the identity check will reject more of the results`;

/** @throws RangeError for a family that does not exist. */
export function familyOf(name: string): Family {
  const family = (families as Record<string, Family>)[name];
  if (!family) throw new RangeError(`There is no model family '${name}'. Available: ${familyNames.join(', ')}.`);
  return family;
}
