import type { ApiGraph } from '../../src/comfyui/index.js';

const titled = (title: string) => ({ _meta: { title: `azit:${title}` } });

const loraNode = '2';

/** Text to image on any checkpoint with a text encoder and VAE inside, as small as it gets. */
export const textToImage = (checkpoint: string, steps = 2): ApiGraph => ({
  '1': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: checkpoint } },
  '3': { class_type: 'CLIPTextEncode', inputs: { clip: ['1', 1], text: '' }, ...titled('prompt') },
  '4': { class_type: 'CLIPTextEncode', inputs: { clip: ['1', 1], text: '' }, ...titled('negative') },
  '5': { class_type: 'EmptyLatentImage', inputs: { width: 64, height: 64, batch_size: 1 }, ...titled('size') },
  '6': {
    class_type: 'KSampler',
    inputs: {
      model: ['1', 0],
      seed: 1,
      steps,
      cfg: 4,
      sampler_name: 'euler',
      scheduler: 'simple',
      positive: ['3', 0],
      negative: ['4', 0],
      latent_image: ['5', 0],
      denoise: 1,
    },
    ...titled('seed'),
  },
  '7': { class_type: 'VAEDecode', inputs: { samples: ['6', 0], vae: ['1', 2] } },
  '8': { class_type: 'SaveImage', inputs: { images: ['7', 0], filename_prefix: '' }, ...titled('save') },
});

export function withLora(graph: ApiGraph): ApiGraph {
  const lora = { model: ['1', 0], lora_name: '', strength_model: 1 };
  const sampler = { ...graph['6'], inputs: { ...graph['6'].inputs, model: [loraNode, 0] } };
  return { ...graph, [loraNode]: { class_type: 'LoraLoaderModelOnly', inputs: lora, ...titled('lora') }, '6': sampler };
}
