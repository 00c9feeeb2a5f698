import sharp from 'sharp';
import type { ApiGraph } from '../../src/comfyui/index.js';
import { draw } from '../../src/sandbox/model/index.js';
import { textToImage, withLora } from '../comfyui/small-graph.js';
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
  /** Of the file, in place of its own. */
  changes?: Changes;
  /** Sections of training.override, over those that make a tiny model train on a CPU. */
  network?: object;
}

/** A folder with real.yaml: a person's own pictures, the tiny SD3, own graphs of 64 px and 2 steps. */
export async function realProject({ checkpoint, network, changes }: RealProject): Promise<string> {
  return await temporaryFolder({
    ...(await ownPictures()),
    'real.yaml': changedProject(changes, network),
    'text.json': JSON.stringify(graph(checkpoint)),
    'lora.json': JSON.stringify(withLora(graph(checkpoint))),
  });
}

/** Eight images of a person with their captions, in a folder `pictures`. */
export async function ownPictures(): Promise<Record<string, string | Buffer>> {
  const pictures: Record<string, string | Buffer> = {};
  for (const [index, view] of views.entries()) {
    pictures[`pictures/${index}.png`] = await person(view);
    pictures[`pictures/${index}.txt`] = `[trigger], ${view}`;
  }
  return pictures;
}

async function person(view: string): Promise<Buffer> {
  const words = `portrait photo, close-up, neutral expression, ${view}`;
  const size = { width: 384, height: 384 };
  const { pixels } = draw({ prompt: words, negative: '', seed: 5, ...size, loras: [] });
  return await sharp(Buffer.from(pixels), { raw: { ...size, channels: 3 } })
    .png()
    .toBuffer();
}

export interface Changes {
  training?: object;
  sweep?: object;
  approvals?: string[];
}

export function changedProject({ training, sweep, ...others }: Changes = {}, network?: object): string {
  const own = project(network);
  const changed = { training: { ...own.training, ...training }, sweep: { ...own.sweep, ...sweep } };
  return JSON.stringify({ ...own, ...others, ...changed });
}

const project = (network?: object) => ({
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

/** At its own size, which a CPU draws at once, not at the family's. */
function graph(checkpoint: string): ApiGraph {
  const small = textToImage(checkpoint);
  return { ...small, '5': { ...small['5'], _meta: {} } };
}
