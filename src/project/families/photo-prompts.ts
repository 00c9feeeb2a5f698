import type { Family } from './family.js';
import { viewWords } from './photo-words.js';

/** What every family of photographic models is asked by default. */
export const photoPrompts = {
  sweepPrompts: [
    { id: 'base', text: 'portrait photo of [trigger], front view, close-up, plain light background, soft light' },
    {
      id: 'stage',
      text: 'photo of [trigger] singing live on a concert stage, microphone in hand, stage lights, head and shoulders',
    },
    {
      id: 'editorial-i',
      text: 'K-Pop editorial photo of [trigger], leather jacket, neon light at night, three-quarter view, head and shoulders',
    },
    {
      id: 'editorial-ii',
      text: 'K-Pop editorial photo of [trigger], sequin outfit, glamorous make-up, sunset light, smiling, head and shoulders',
    },
  ],
  editorialPrompts: [
    {
      id: 'neon-street',
      text: 'K-Pop editorial photo of [trigger], leather jacket, night city street, neon light, head and shoulders',
    },
    {
      id: 'stage',
      text: 'K-Pop editorial photo of [trigger], sequin stage outfit, concert stage, spotlight, smiling, head and shoulders',
    },
    {
      id: 'studio',
      text: 'K-Pop editorial photo of [trigger], white suit, blue studio background, rim light, three-quarter view, close-up',
    },
    {
      id: 'sunset',
      text: 'K-Pop editorial photo of [trigger], turtleneck, beach at sunset, warm light, glamorous make-up, close-up',
    },
  ],
} satisfies Pick<Family, 'sweepPrompts' | 'editorialPrompts'>;

/** What a passport photo shows. */
export const passportWords =
  'passport photo, front view, facing the camera, close-up of the face, neutral expression, mouth closed, bare face without make-up, soft even studio light, plain light grey background, white t-shirt';

export const commonNegative =
  'blurry, low quality, deformed face, asymmetric eyes, extra fingers, cropped head, text, watermark, painting, cartoon';

/** What the families without an editing model share: every picture of 02-04 is the anchor redrawn by img2img. */
export const redrawnPhotos = {
  edits: false,
  canonicalPrompt: passportWords,
  viewPrompt: viewWords,
  caption: viewWords,
  negative: commonNegative,
  ...photoPrompts,
};
