import type { Family, ViewRequest } from '../project/families/family.js';

/**
 * ai-toolkit's convention: the trigger word first, then what varies from picture to picture and must NOT be learnt.
 * What a caption leaves unsaid binds to the trigger.
 */
export function captionOf(trigger: string, view: ViewRequest, family: Pick<Family, 'caption'>): string {
  const words = family.caption(view);
  return words === '' ? trigger : `${trigger}, ${words}`;
}
