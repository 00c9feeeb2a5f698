import sharp, { type Sharp } from 'sharp';
import { createFaceEngine, ensureModels, type FaceEngine } from '../../src/faces/index.js';
import { draw } from '../../src/sandbox/model/index.js';

const drawn = new Map<string, Promise<Buffer>>();

/** A drawn person as a PNG, 384 px; the same seed is the same person. */
export function head(seed: number, prompt = 'front view'): Promise<Buffer> {
  const key = `${seed} ${prompt}`;
  const png = drawn.get(key) ?? drawHead(seed, prompt);
  drawn.set(key, png);
  return png;
}

async function drawHead(seed: number, prompt: string): Promise<Buffer> {
  const words = `portrait photo, close-up, neutral expression, ${prompt}`;
  const { width, height, pixels } = draw({ prompt: words, negative: '', seed, width: 384, height: 384, loras: [] });
  return await sharp(Buffer.from(pixels), { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** One picture of two people, the first one left. */
export async function beside(first: Promise<Buffer>, second: Buffer): Promise<Buffer> {
  const { width = 0 } = await sharp(second).metadata();
  const frame = plain(384 + width, 384);
  return await frame
    .composite([
      { input: await first, left: 0, top: 0 },
      { input: second, left: 384, top: 90 },
    ])
    .png()
    .toBuffer();
}

export function plain(width: number, height: number): Sharp {
  return sharp({ create: { width, height, channels: 3, background: { r: 120, g: 130, b: 140 } } });
}

let shared: Promise<FaceEngine> | undefined;

/** The real models, fetched if they are not there. */
export function engine(): Promise<FaceEngine> {
  shared ??= ensureModels().then((modelsDir) => createFaceEngine({ modelsDir }));
  return shared;
}
