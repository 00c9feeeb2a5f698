import type { Reused } from '../run/contracts.js';

/** For the timeline: from which runs images came. */
export function reusedWords({ images, runs }: Reused): string {
  return `${images} ${images === 1 ? 'image' : 'images'} taken from ${runs.join(', ')}`;
}
