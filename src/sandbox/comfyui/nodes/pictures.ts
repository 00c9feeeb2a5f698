import type { NodeDefinition } from '../node.js';
import { checkMemory, flat, invert, scale, type ScaleMethod } from '../pixels.js';
import type { ImageBatch } from '../values.js';

const maxResolution = 16384;

const emptyImage: NodeDefinition = {
  displayName: 'Empty Image',
  category: 'image',
  outputs: ['IMAGE'],
  inputs: () => ({
    required: {
      width: ['INT', { default: 512, min: 1, max: maxResolution, step: 1 }],
      height: ['INT', { default: 512, min: 1, max: maxResolution, step: 1 }],
      batch_size: ['INT', { default: 1, min: 1, max: 4096 }],
      color: ['INT', { default: 0, min: 0, max: 0xffffff, step: 1, display: 'color' }],
    },
  }),
  run({ width, height, batch_size, color }: Record<'width' | 'height' | 'batch_size' | 'color', number>) {
    checkMemory(width * height * batch_size * 4);
    const picture = flat(width, height, color);
    return { outputs: [Array.from({ length: batch_size }, () => picture)] };
  },
};

type ScaleInputs = {
  image: ImageBatch;
  upscale_method: ScaleMethod;
  width: number;
  height: number;
  crop: 'disabled' | 'center';
};

const imageScale: NodeDefinition = {
  displayName: 'Upscale Image',
  category: 'image/upscaling',
  outputs: ['IMAGE'],
  inputs: () => ({
    required: {
      image: ['IMAGE'],
      upscale_method: [['nearest-exact', 'bilinear', 'area', 'bicubic', 'lanczos']],
      width: ['INT', { default: 512, min: 0, max: maxResolution, step: 1 }],
      height: ['INT', { default: 512, min: 0, max: maxResolution, step: 1 }],
      crop: [['disabled', 'center']],
    },
  }),
  async run({ image: batch, upscale_method, width, height, crop }: ScaleInputs) {
    if (width === 0 && height === 0) return { outputs: [batch] };
    const [first] = batch;
    const wide = width || Math.max(1, Math.round((first.width * height) / first.height));
    const high = height || Math.max(1, Math.round((first.height * width) / first.width));
    checkMemory(wide * high * batch.length * 3 * 4);
    const scaled: ImageBatch = [];
    for (const picture of batch) scaled.push(await scale(picture, wide, high, upscale_method, crop === 'center'));
    return { outputs: [scaled] };
  },
};

const imageInvert: NodeDefinition = {
  displayName: 'Invert Image Colors',
  category: 'image',
  outputs: ['IMAGE'],
  inputs: () => ({ required: { image: ['IMAGE'] } }),
  run: ({ image }: { image: ImageBatch }) => ({ outputs: [image.map(invert)] }),
};

export const pictures = { EmptyImage: emptyImage, ImageScale: imageScale, ImageInvert: imageInvert };
