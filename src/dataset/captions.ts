import type { Family, ViewRequest } from '../project/families/family.js';

/**
 * ai-toolkit's convention: the trigger word first, then what varies from picture to picture and must NOT be learnt.
 * What a caption leaves unsaid binds to the trigger.
 */
export function captionOf(trigger: string, view: ViewRequest, family: Pick<Family, 'caption'>): string {
  const words = family.caption(view);
  return words === '' ? trigger : `${trigger}, ${words}`;
}

/** Parts of a face that stay the same from image to image: named in a caption, they bind to its words. */
const features =
  /\b(?:(?:light|dark|pale|bright|deep)[ -])?(?:blue|green|brown|hazel|grey|gray|amber|black|almond(?:[ -]shaped)?|big|large|small|round|wide[ -]set|deep[ -]set|hooded)[ -]?eye[sd]\b|\b(?:freckle[sd]?|dimple[sd]?|birthmark|beauty mark|cleft chin|cheekbones?|jaw(?:line)?|eyebrows?)\b|\b(?:full|thin|plump|pouty|small|big|large|button|snub|aquiline|straight|hooked|pointed|crooked|round|oval|square|heart[ -]shaped|long|narrow|wide)[ -](?:lips|nose|chin|face)\b|\b(?:fair|pale|tan(?:ned)?|olive|brown|dark|light|black|freckled)[ -]skin(?:ned)?\b/gi;

/** What a caption says of the face itself, each once: `blue eyes`, `freckles`. */
export const faceWordsOf = (caption: string): string[] => [
  ...new Set([...caption.matchAll(features)].map(([found]) => found.toLowerCase())),
];

const mostNamed = 8;

/** A sentence for each thing that captions say of the face, most often said first. */
export function faceWordNotes(images: readonly { name: string; caption: string }[]): string[] {
  const said = new Map<string, string[]>();
  for (const { name, caption } of images)
    for (const words of faceWordsOf(caption)) said.set(words, [...(said.get(words) ?? []), name]);
  return [...said]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .slice(0, mostNamed)
    .map(([words, names]) => {
      const shown = `${names.slice(0, mostNamed).join(', ')}${names.length > mostNamed ? ` and ${names.length - mostNamed} more` : ''}`;
      return `'${words}' describes the face, so the LoRA binds the face to these words and not to the trigger: remove it from the ${names.length === 1 ? 'caption' : 'captions'} of ${shown}`;
    });
}
