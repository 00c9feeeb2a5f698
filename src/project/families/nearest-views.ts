import type { ViewRequest } from './family.js';

/**
 * Which images an editor is shown beside the portrait, the nearest in yaw first: a portrait from the front hides what a
 * profile shows, and an image from about there has it. Among equals the nearest in pitch, then the one that was there first.
 */
export function nearestViews<T extends { view: ViewRequest }>(
  wanted: ViewRequest,
  kept: readonly T[],
  most: number,
): T[] {
  const away = ({ view }: T, angle: 'yaw' | 'pitch'): number => Math.abs(view[angle] - wanted[angle]);
  return [...kept]
    .sort((a, b) => away(a, 'yaw') - away(b, 'yaw') || away(a, 'pitch') - away(b, 'pitch'))
    .slice(0, most);
}
