import type { Family, ViewRequest, Wording } from '../family.js';
import { settingWords } from '../photo-words.js';

const distances = { close: 'close-up', bust: 'bust shot', half: 'half body shot' };
const expressions = { neutral: 'neutral expression', smile: 'smiling', open: 'open mouth' };

function viewWords({ yaw, pitch, distance, expression }: ViewRequest): string {
  return [`yaw ${yaw}`, `pitch ${pitch}`, distances[distance], expressions[expression]].join(', ');
}

const otherDistances = { close: 'close-up portrait', bust: 'bust portrait', half: 'waist up' };
const otherExpressions = { neutral: 'relaxed face', smile: 'happy', open: 'singing' };

const otherWords = ({ yaw, pitch, distance, expression }: ViewRequest): string =>
  [
    `head turned ${Math.abs(yaw)} degrees ${yaw < 0 ? 'right' : 'left'}`,
    `looking ${Math.abs(pitch)} degrees ${pitch < 0 ? 'down' : 'up'}`,
    otherDistances[distance],
    otherExpressions[expression],
  ].join(', ');

/** What keeps the clothes, the background and the light of the given image needs no words for them. */
const editWords = (view: ViewRequest, wording?: Wording): string => {
  const words = wording === 'other' ? otherWords(view) : viewWords(view);
  return view.setting === 'plain' ? words : [words, ...settingWords(view)].join(', ');
};

/** The embedded engine: draws and trains on a CPU; src/sandbox understands these words. */
export const sandbox: Family = {
  name: 'sandbox',
  repository: null,
  architecture: 'azit-sandbox',
  licence: {
    name: 'MIT',
    id: 'mit',
    url: 'https://spdx.org/licenses/MIT.html',
    terms: "The sandbox's model is part of AZIT: use it freely. Its LoRAs work only in the sandbox.",
    commercial: 'yes',
  },
  modelFiles: { checkpoint: 'sandbox.safetensors' },
  size: { width: 512, height: 512 },
  edits: true,
  canonicalPrompt:
    'passport photo, front view, close-up, neutral expression, bare face, no make-up, soft studio light, plain light grey background, white t-shirt',
  viewPrompt: editWords,
  caption: (view) => [viewWords(view), ...settingWords(view)].join(', '),
  negative: '',
  sweepPrompts: [
    { id: 'base', text: 'portrait photo of [trigger], front view, close-up, plain background' },
    {
      id: 'stage',
      text: '[trigger] live performance on stage, microphone, stage lights, bust shot, singing, open mouth',
    },
    {
      id: 'editorial-i',
      text: 'K-Pop editorial of [trigger], leather jacket, neon light, three-quarter view, bust shot',
    },
    {
      id: 'editorial-ii',
      text: 'K-Pop editorial of [trigger], sequin stage outfit, glam make-up, sunset light, smiling, bust shot',
    },
  ],
  editorialPrompts: [
    {
      id: 'neon-street',
      text: 'K-Pop editorial of [trigger], leather jacket, night city street, neon light, bust shot',
    },
    {
      id: 'stage',
      text: 'K-Pop editorial of [trigger], sequin stage outfit, concert stage, spotlight, smiling, bust shot',
    },
    {
      id: 'studio',
      text: 'K-Pop editorial of [trigger], white suit, blue background, rim light, three-quarter view, close-up',
    },
    { id: 'sunset', text: 'K-Pop editorial of [trigger], turtleneck, sunset light, beach, glam make-up, close-up' },
  ],
  training: {
    baseModel: 'sandbox',
    resolution: [512],
    // Of some 30 pictures the likeness rises until about 2,600 steps; a third more is flat by 2,200.
    learningRate: 6e-5,
    revision: 2,
    trainers: { 'ai-toolkit': { arch: 'sandbox', process: {} } },
  },
};
