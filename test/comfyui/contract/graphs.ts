import { randomInt, randomUUID } from 'node:crypto';

export type TestGraph = Record<string, { class_type: string; inputs: Record<string, unknown>; _meta?: object }>;

/** Of this run of the suite: outputs and LoRAs of another one on the same server are never met. */
export const own = `azit-contract-${randomUUID().slice(0, 8)}`;

/** A prefix that nothing else uses. */
export const newPrefix = (): string => `${own}/${randomUUID()}`;
export const newColour = (): number => randomInt(1, 0xffffff);
export const newSeed = (): number => randomInt(2 ** 47);

/** EmptyImage -> SaveImage, without any model. */
export function plainGraph(prefix = newPrefix(), colour = newColour()): TestGraph {
  return {
    '1': { class_type: 'EmptyImage', inputs: { width: 16, height: 16, batch_size: 1, color: colour } },
    '2': saveNode(['1', 0], prefix),
  };
}

export const saveNode = (images: unknown, filename_prefix = newPrefix()): TestGraph[string] => ({
  class_type: 'SaveImage',
  inputs: { images, filename_prefix },
});

/** The usual wiring, small: 64 x 64 pixels. */
export function samplerGraph(checkpoint: string, inputs: Record<string, unknown> = {}): TestGraph {
  const sampling = { steps: 2, cfg: 4, sampler_name: 'euler', scheduler: 'simple', denoise: 1 };
  const links = { model: ['1', 0], positive: ['2', 0], negative: ['3', 0], latent_image: ['4', 0] };
  return {
    '1': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: checkpoint } },
    '2': { class_type: 'CLIPTextEncode', inputs: { clip: ['1', 1], text: 'portrait photo, front view' } },
    '3': { class_type: 'CLIPTextEncode', inputs: { clip: ['1', 1], text: '' } },
    '4': { class_type: 'EmptySD3LatentImage', inputs: { width: 64, height: 64, batch_size: 1 } },
    '5': { class_type: 'KSampler', inputs: { ...sampling, ...links, seed: 1, ...inputs } },
    '6': { class_type: 'VAEDecode', inputs: { samples: ['5', 0], vae: ['1', 2] } },
    '7': saveNode(['6', 0]),
  };
}

/** Runs until somebody stops it. */
export const endlessGraph = (checkpoint: string): TestGraph =>
  samplerGraph(checkpoint, { seed: newSeed(), steps: 10_000 });

/** samplerGraph with a LoRA laid over the model by node 8. */
export function loraGraph(
  checkpoint: string,
  name: string,
  strength = 1,
  inputs: Record<string, unknown> = {},
): TestGraph {
  const lora = { model: ['1', 0], lora_name: name, strength_model: strength };
  return {
    ...samplerGraph(checkpoint, { model: ['8', 0], ...inputs }),
    '8': { class_type: 'LoraLoaderModelOnly', inputs: lora },
  };
}
