import type { NodeDefinition } from '../node.js';
import type { Picture } from '../../model/types.js';
import { crop, flat } from '../pixels.js';
import type { ImageBatch, Latent } from '../values.js';

const maxResolution = 16384;
const batchSize = { default: 1, min: 1, max: 4096 };

const emptyLatent = ({ width, height, batch_size }: { width: number; height: number; batch_size: number }) => ({
  outputs: [{ width: down8(width), height: down8(height), batchSize: batch_size, pictures: null } satisfies Latent],
});

const emptyLatentImage: NodeDefinition = {
  displayName: 'Empty Latent Image',
  category: 'model/latent',
  description: 'Create a new batch of empty latent images to be denoised via sampling.',
  outputs: ['LATENT'],
  outputTooltips: ['The empty latent image batch.'],
  inputs: () => ({
    required: {
      width: ['INT', { default: 512, min: 16, max: maxResolution, step: 8 }],
      height: ['INT', { default: 512, min: 16, max: maxResolution, step: 8 }],
      batch_size: ['INT', batchSize],
    },
  }),
  run: emptyLatent,
};

const emptySD3LatentImage: NodeDefinition = {
  displayName: 'EmptySD3LatentImage',
  category: 'model/latent/stable diffusion',
  pythonModule: 'comfy_extras.nodes_sd3',
  outputs: ['LATENT'],
  inputs: () => ({
    required: {
      width: ['INT', { default: 1024, min: 16, max: maxResolution, step: 16 }],
      height: ['INT', { default: 1024, min: 16, max: maxResolution, step: 16 }],
      batch_size: ['INT', batchSize],
    },
  }),
  run: emptyLatent,
};

const vaeEncode: NodeDefinition = {
  displayName: 'VAE Encode',
  category: 'model/latent',
  outputs: ['LATENT'],
  inputs: () => ({ required: { pixels: ['IMAGE'], vae: ['VAE'] } }),
  run({ pixels }: { pixels: ImageBatch }) {
    const pictures = pixels.map((picture) => crop(picture, down8(picture.width), down8(picture.height)));
    const { width, height } = pictures[0] as Picture;
    return { outputs: [{ width, height, batchSize: pictures.length, pictures } satisfies Latent] };
  },
};

const vaeDecode: NodeDefinition = {
  displayName: 'VAE Decode',
  category: 'model/latent',
  description: 'Decodes latent images back into pixel space images.',
  outputs: ['IMAGE'],
  outputTooltips: ['The decoded image.'],
  inputs: () => ({
    required: {
      samples: ['LATENT', { tooltip: 'The latent to be decoded.' }],
      vae: ['VAE', { tooltip: 'The VAE model used for decoding the latent.' }],
    },
  }),
  // An empty latent decodes to even grey.
  run: ({ samples }: { samples: Latent }) => ({ outputs: [samples.pictures ?? greys(samples)] }),
};

const greys = ({ width, height, batchSize: count }: Latent): ImageBatch =>
  Array.from({ length: count }, () => flat(width, height, 0x7f7f7f));

/** A latent's cell is 8 x 8 pixels. */
function down8(pixels: number): number {
  return Math.floor(pixels / 8) * 8;
}

export const latents = {
  EmptyLatentImage: emptyLatentImage,
  EmptySD3LatentImage: emptySD3LatentImage,
  VAEEncode: vaeEncode,
  VAEDecode: vaeDecode,
};
