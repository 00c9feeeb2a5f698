import { commonNegative, passportWords, photoPrompts } from './photo-prompts.js';
import { viewWords } from './photo-words.js';

/** What the families without an editing model share: every picture of 02-04 is the anchor redrawn by img2img. */
export const redrawnPhotos = {
  edits: false,
  canonicalPrompt: passportWords,
  viewPrompt: viewWords,
  caption: viewWords,
  negative: commonNegative,
  ...photoPrompts,
};
