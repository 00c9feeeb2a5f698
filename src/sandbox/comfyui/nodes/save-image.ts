import path from 'node:path';
import { randomInt } from 'node:crypto';
import type { StorageType } from '../folders.js';
import type { NodeDefinition, NodeResult, RunContext } from '../node.js';
import { nextOutput } from '../output-path.js';
import { encodePng } from '../png.js';
import { jsonDumps } from '../python.js';
import type { ImageBatch } from '../values.js';
import { writeWhole } from '../write-whole.js';

const hidden = { prompt: 'PROMPT', extra_pnginfo: 'EXTRA_PNGINFO' };

const saveImage: NodeDefinition = {
  displayName: 'Save Image',
  category: 'image',
  description: 'Saves the input images to your ComfyUI output directory.',
  outputNode: true,
  outputs: ['IMAGE'],
  outputNames: ['images'],
  inputs: () => ({
    required: {
      images: ['IMAGE', { tooltip: 'The images to save.' }],
      filename_prefix: ['STRING', { default: 'ComfyUI', tooltip: 'The prefix for the file to save.' }],
    },
    hidden,
  }),
  run: ({ images, filename_prefix }: { images: ImageBatch; filename_prefix: string }, context) =>
    save(images, filename_prefix, 'output', context),
};

const previewImage: NodeDefinition = {
  displayName: 'Preview Image',
  category: 'image',
  description: 'Shows pictures without saving them to the output folder.',
  outputNode: true,
  outputs: ['IMAGE'],
  outputNames: ['images'],
  inputs: () => ({ required: { images: ['IMAGE'] }, hidden }),
  run({ images }: { images: ImageBatch }, context) {
    if (!context.memory.has('suffix')) context.memory.set('suffix', randomLetters(5));
    return save(images, `ComfyUI_temp_${String(context.memory.get('suffix'))}`, 'temp', context);
  },
};

async function save(images: ImageBatch, prefix: string, type: StorageType, context: RunContext): Promise<NodeResult> {
  const [first] = images;
  const place = await nextOutput(context.folders.of(type), prefix, first.width, first.height);
  const texts: [string, string][] = [['prompt', jsonDumps(context.graph)]];
  for (const [key, value] of Object.entries(context.extraPnginfo ?? {})) texts.push([key, jsonDumps(value)]);
  const saved: { filename: string; subfolder: string; type: StorageType }[] = [];
  for (const [batchNumber, picture] of images.entries()) {
    const counter = String(place.counter + batchNumber).padStart(5, '0');
    const filename = `${place.filename.replaceAll('%batch_num%', String(batchNumber))}_${counter}_.png`;
    await writeWhole(path.join(place.folder, filename), await encodePng(picture, texts));
    saved.push({ filename, subfolder: place.subfolder, type });
  }
  return { outputs: [images], ui: { images: saved } };
}

function randomLetters(count: number): string {
  const letters = 'abcdefghijklmnopqrstupvxyz';
  return Array.from({ length: count }, () => letters[randomInt(letters.length)]).join('');
}

export const savers = { SaveImage: saveImage, PreviewImage: previewImage };
