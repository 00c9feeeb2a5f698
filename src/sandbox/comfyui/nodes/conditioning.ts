import type { NodeDefinition } from '../node.js';
import type { Conditioning, Latent } from '../values.js';

const clipTextEncode: NodeDefinition = {
  displayName: 'CLIP Text Encode (Prompt)',
  category: 'model/conditioning',
  description:
    'Encodes a text prompt using a CLIP model into an embedding that can be used to guide the diffusion model towards generating specific images.',
  outputs: ['CONDITIONING'],
  outputTooltips: ['A conditioning containing the embedded text used to guide the diffusion model.'],
  inputs: () => ({
    required: {
      text: ['STRING', { multiline: true, dynamicPrompts: true, tooltip: 'The text to be encoded.' }],
      clip: ['CLIP', { tooltip: 'The CLIP model used for encoding the text.' }],
    },
  }),
  run: ({ text }: { text: string }) => ({ outputs: [{ text, references: [] } satisfies Conditioning] }),
};

const referenceLatent: NodeDefinition = {
  displayName: 'Set Reference Latent',
  category: 'model/conditioning',
  description:
    'This node sets the guiding latent for an edit model. If the model supports it you can chain multiple to set multiple reference images.',
  pythonModule: 'comfy_extras.nodes_edit_model',
  outputs: ['CONDITIONING'],
  inputs: () => ({ required: { conditioning: ['CONDITIONING', {}] }, optional: { latent: ['LATENT', {}] } }),
  run({ conditioning, latent }: { conditioning?: Conditioning; latent?: Latent }) {
    const references = [...(conditioning?.references ?? []), ...(latent?.pictures ?? [])];
    return { outputs: [{ text: conditioning?.text ?? '', references } satisfies Conditioning] };
  },
};

export const conditioningNodes = { CLIPTextEncode: clipTextEncode, ReferenceLatent: referenceLatent };
