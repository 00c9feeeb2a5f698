import type { Family, GraphKind } from './family.js';
import { flux1Dev } from './flux1-dev/preset.js';
import { flux2Klein4b } from './flux2-klein-4b/preset.js';
import { flux2Klein9b } from './flux2-klein-9b/preset.js';
import { krea2 } from './krea2/preset.js';
import { qwenImage } from './qwen-image/preset.js';
import { qwenImage2512 } from './qwen-image-2512/preset.js';
import { sandbox } from './sandbox/preset.js';
import { sd15 } from './sd15/preset.js';
import { sd3 } from './sd3/preset.js';
import { sdxl } from './sdxl/preset.js';
import { zImage, zImageDeTurbo, zImageTurbo } from './z-image/preset.js';

export const families = {
  sandbox,
  sd15,
  sdxl,
  sd3,
  'flux1-dev': flux1Dev,
  'qwen-image': qwenImage,
  'qwen-image-2512': qwenImage2512,
  'z-image': zImage,
  'z-image-de-turbo': zImageDeTurbo,
  'z-image-turbo': zImageTurbo,
  'flux2-klein-4b': flux2Klein4b,
  'flux2-klein-9b': flux2Klein9b,
  krea2,
} satisfies Record<string, Family>;
export type FamilyName = keyof typeof families;
export const familyNames = Object.keys(families) as [FamilyName, ...FamilyName[]];

export const isFamily = (name: string): name is FamilyName => Object.hasOwn(families, name);

/** What a person should expect of a family that redraws pictures instead of editing them. */
export const withoutEditing = (family: string): string =>
  `${family} has no editing model: stages 02 to 04 redraw the previous image (img2img), and the identity check will reject more of the results`;

/** Where the graph of a family is, below this folder. */
export const graphFolderOf = (family: FamilyName, kind: GraphKind): string => familyOf(family).graphs?.[kind] ?? family;

/** @throws RangeError for a family that does not exist. */
export function familyOf(name: string): Family {
  const family = (families as Record<string, Family>)[name];
  if (!family) throw new RangeError(`There is no model family '${name}'. Available: ${familyNames.join(', ')}.`);
  return family;
}
