import sharp from 'sharp';
import { draw } from '../../src/sandbox/model/index.js';
import { temporaryFolder } from '../support/folder.js';

const views = [
  'front view',
  'front view, smile',
  'front view, mouth open',
  'front view, looking up',
  'turned 15 degrees to the left',
  'turned 15 degrees to the right',
  'turned 30 degrees to the left',
  'turned 30 degrees to the right',
];

export interface RealProject {
  /** The checkpoint that the server's graphs load. */
  checkpoint: string;
  /** Sections of training.override, over those that make a tiny model train on a CPU. */
  network?: object;
}

/** A folder with real.yaml: a person's own pictures, the tiny SD3, own graphs of 64 px and 2 steps. */
export async function realProject({ checkpoint, network }: RealProject): Promise<string> {
  const pictures: Record<string, string | Buffer> = {};
  for (const [index, view] of views.entries()) {
    pictures[`pictures/${index}.png`] = await person(view);
    pictures[`pictures/${index}.txt`] = `[trigger], ${view}`;
  }
  return await temporaryFolder({
    ...pictures,
    'real.yaml': JSON.stringify(project(network)),
    'text.json': JSON.stringify(graph(checkpoint, false)),
    'lora.json': JSON.stringify(graph(checkpoint, true)),
  });
}

async function person(view: string): Promise<Buffer> {
  const words = `portrait photo, close-up, neutral expression, ${view}`;
  const size = { width: 384, height: 384 };
  const { pixels } = draw({ prompt: words, negative: '', seed: 5, ...size, loras: [] });
  return await sharp(Buffer.from(pixels), { raw: { ...size, channels: 3 } })
    .png()
    .toBuffer();
}

const project = (network?: object): object => ({
  name: 'real',
  model: 'sd3',
  trigger: 'mnaz',
  dataset: { images: './pictures', heldOut: 2 },
  training: {
    steps: 40,
    saveEvery: 10,
    rank: 4,
    override: {
      network,
      train: { lr: 0.01, dtype: 'float32', optimizer: 'adamw', gradient_checkpointing: false },
      datasets: { resolution: [64] },
      model: { quantize: false },
    },
  },
  sweep: {
    steps: [10, 20, 30, 40],
    seeds: 2,
    prompts: [
      { id: 'base', text: 'portrait of [trigger]' },
      { id: 'stage', text: '[trigger] on stage' },
    ],
  },
  editorial: { images: 2 },
  graphs: { textToImage: './text.json', lora: './lora.json' },
  // Random weights draw no faces, so nothing is chosen by itself: the editorial wants a person's word.
  approvals: ['checkpoint'],
});

function graph(checkpoint: string, withLora: boolean): object {
  const node = (class_type: string, inputs: object, title?: string): object => ({
    class_type,
    inputs,
    ...(title && { _meta: { title } }),
  });
  return {
    1: node('CheckpointLoaderSimple', { ckpt_name: checkpoint }),
    ...(withLora && {
      2: node('LoraLoaderModelOnly', { model: ['1', 0], lora_name: '', strength_model: 1 }, 'azit:lora'),
    }),
    3: node('CLIPTextEncode', { clip: ['1', 1], text: '' }, 'azit:prompt'),
    4: node('CLIPTextEncode', { clip: ['1', 1], text: '' }, 'azit:negative'),
    5: node('EmptySD3LatentImage', { width: 64, height: 64, batch_size: 1 }),
    6: node(
      'KSampler',
      {
        model: [withLora ? '2' : '1', 0],
        seed: 0,
        steps: 2,
        cfg: 4,
        sampler_name: 'euler',
        scheduler: 'simple',
        positive: ['3', 0],
        negative: ['4', 0],
        latent_image: ['5', 0],
        denoise: 1,
      },
      'azit:seed',
    ),
    7: node('VAEDecode', { samples: ['6', 0], vae: ['1', 2] }),
    8: node('SaveImage', { images: ['7', 0], filename_prefix: '' }, 'azit:save'),
  };
}
