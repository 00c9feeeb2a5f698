import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { createComfyClient, fillGraph, type ApiGraph } from '../../src/comfyui/index.js';
import { side, writeScrfd } from '../faces/planted.js';
import { temporaryFolder } from '../support/folder.js';
import { float, writeOnnx, type PlantedModel } from '../support/onnx.js';

/** The whole square: every image is one face, whatever it shows. */
const face = {
  box: [4, 4, 60, 60],
  points: [
    [22, 26],
    [42, 26],
    [32, 36],
    [25, 46],
    [39, 46],
  ],
};
/** Edge of the squares of which an image is seen as one colour each. */
const pool = 4;
const cells = side / pool;
/** As many images as the base model's look is learnt from. */
const looks = 24;
/** In mean distances of those from it: up to the one an image is nobody, from the other on it is the person. */
const [nobody, person] = [1, 1.15];

/**
 * A description of face models that see identity in a model of random weights, which draws no faces: how far an image is
 * from what the base model draws. The look of the base model is the mean of some images that `server` renders by `graph`
 * without a LoRA, in 16 x 16 colours. So identity is above no LoRA where training has moved the images away from there. A
 * photo is far from it anyway.
 */
export async function driftEmbedder(server: string, graph: ApiGraph, prompts: string[]): Promise<string> {
  const images = await rendered(server, graph, prompts);
  const look = images[0].map((_, at) => mean(images.map((image) => image[at])));
  const near = mean(images.map((image) => Math.sqrt(mean(image.map((value, at) => (value - look[at]) ** 2)))));
  const folder = await temporaryFolder();
  await writeScrfd(join(folder, 'detect.onnx'), face);
  await writeOnnx(join(folder, 'embed.onnx'), drift(look, near));
  const description = {
    name: 'drift',
    file: './embed.onnx',
    detector: { kind: 'scrfd', file: './detect.onnx' },
    size: side,
    template: face.points,
    threshold: 0.37,
    licence: { name: 'MIT', commercial: true },
  };
  const file = join(folder, 'drift.yaml');
  await writeFile(file, JSON.stringify(description));
  return file;
}

/** A quarter turn from the look (1, 0) to the person (0, 1). */
const drift = (look: number[], near: number): PlantedModel => ({
  inputs: [{ name: 'input.1', type: float, shape: ['N', 3, side, side] }],
  outputs: [{ name: 'embedding', type: float, shape: ['N', 2] }],
  nodes: [
    {
      op: 'AveragePool',
      inputs: ['input.1'],
      output: 'cells',
      attributes: { kernel_shape: [pool, pool], strides: [pool, pool] },
    },
    { op: 'Sub', inputs: ['cells', 'look'], output: 'off' },
    { op: 'Mul', inputs: ['off', 'off'], output: 'squares' },
    { op: 'ReduceMean', inputs: ['squares'], output: 'planes', attributes: { axes: [2, 3], keepdims: 0 } },
    { op: 'ReduceMean', inputs: ['planes'], output: 'square', attributes: { axes: [1], keepdims: 1 } },
    { op: 'Sqrt', inputs: ['square'], output: 'distance' },
    { op: 'Sub', inputs: ['distance', 'near'], output: 'beyond' },
    { op: 'Div', inputs: ['beyond', 'span'], output: 'part' },
    { op: 'Clip', inputs: ['part', 'zero', 'one'], output: 'moved' },
    { op: 'Mul', inputs: ['moved', 'quarter'], output: 'turn' },
    { op: 'Cos', inputs: ['turn'], output: 'nobody' },
    { op: 'Sin', inputs: ['turn'], output: 'person' },
    { op: 'Concat', inputs: ['nobody', 'person'], output: 'embedding', attributes: { axis: 1 } },
  ],
  tables: [
    { name: 'look', shape: [1, 3, cells, cells], data: look },
    { name: 'near', shape: [], data: [nobody * near] },
    { name: 'span', shape: [], data: [(person - nobody) * near] },
    { name: 'zero', shape: [], data: [0] },
    { name: 'one', shape: [], data: [1] },
    { name: 'quarter', shape: [], data: [Math.PI / 2] },
  ],
});

/** Images of the base model alone, as the planted embedder sees them. */
async function rendered(server: string, graph: ApiGraph, prompts: string[]): Promise<number[][]> {
  const client = createComfyClient({ baseUrl: server });
  const jobs = Array.from({ length: looks }, (_, seed) => {
    return { promptId: randomUUID(), graph: fillGraph(graph, { prompt: prompts[seed % prompts.length], seed }) };
  });
  const images: number[][] = [];
  try {
    for await (const { image } of client.renderAll(jobs)) images.push(await cellsOf(image.bytes));
  } finally {
    await client.close();
  }
  return images;
}

/** Plane by plane, -1 to 1. */
async function cellsOf(png: Buffer): Promise<number[]> {
  const pixels = await sharp(png).removeAlpha().raw().toBuffer();
  return Array.from({ length: 3 * cells * cells }, (_, at) => {
    const [plane, row, column] = [Math.floor(at / cells ** 2), Math.floor(at / cells) % cells, at % cells];
    const inside = Array.from({ length: pool * pool }, (_, one) => {
      const [y, x] = [row * pool + Math.floor(one / pool), column * pool + (one % pool)];
      return pixels[(y * side + x) * 3 + plane] / 127.5 - 1;
    });
    return mean(inside);
  });
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
