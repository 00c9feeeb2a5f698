import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-common';
import sharp from 'sharp';
import { fileLimits } from '../../files/limits.js';
import { parseJson } from '../../files/json.js';
import { readRegularText, regularSize } from '../../files/regular-file.js';
import { ModelError } from '../models/errors.js';
import { loadRuntime, type Runtime } from '../engine/load-runtime.js';
import { ensureRuntime } from '../models/runtime.js';
import { contextLength, createTokenizer, type TokenizerFile } from './tokenizer.js';

/** Cosine of a prompt and a picture (encoded, any format). */
export type ClipSimilarity = (prompt: string, picture: Buffer) => Promise<number>;

const side = 224;
/** Of CLIP's training pictures: openai/CLIP, clip.py. */
const mean = [0.48145466, 0.4578275, 0.40821073];
const deviation = [0.26862954, 0.26130258, 0.27577711];

/**
 * Opens a folder as Hugging Face's exports have it: `model.onnx` (inputs input_ids, attention_mask, pixel_values; outputs
 * text_embeds, image_embeds) and `tokenizer.json`. Opened once a worker.
 * @throws ModelError where a file is missing or is not what it should be
 */
export async function openClip(folder: string): Promise<ClipSimilarity> {
  const runtime = loadRuntime(await ensureRuntime());
  try {
    const tokenizer = createTokenizer(
      parseJson(
        await readRegularText(join(folder, 'tokenizer.json'), { maxBytes: fileLimits.record }),
      ) as TokenizerFile,
    );
    await regularSize(join(folder, 'model.onnx'), { maxBytes: fileLimits.model });
    const session = await runtime.InferenceSession.create(join(folder, 'model.onnx'), {
      logSeverityLevel: 3,
      intraOpNumThreads: 1,
    });
    const missing = ['text_embeds', 'image_embeds'].filter((name) => !session.outputNames.includes(name));
    if (missing.length > 0) throw new RangeError(`its model.onnx has no output ${missing.join(' and ')}`);
    return async (prompt, picture) => await compare(runtime, session, tokenizer(prompt), await pixelsOf(picture));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const sentence = `The CLIP model in ${folder} can't be used (${why}): it must contain model.onnx and tokenizer.json, like Hugging Face's exports.`;
    throw new ModelError('unusable', sentence, { file: folder }, { cause: error });
  }
}

async function compare(
  { Tensor }: Runtime,
  session: InferenceSession,
  ids: number[],
  pixels: Float32Array,
): Promise<number> {
  const whole = (values: number[]) => new Tensor('int64', BigInt64Array.from(values, BigInt), [1, contextLength]);
  // The end token is also what pads: all after the first are no part of the text.
  const length = ids.indexOf(ids[ids.length - 1]) + 1;
  const given: Record<string, InstanceType<Runtime['Tensor']>> = {
    input_ids: whole(ids),
    attention_mask: whole(ids.map((_, at) => (at < length ? 1 : 0))),
    pixel_values: new Tensor('float32', pixels, [1, 3, side, side]),
  };
  const feeds = Object.fromEntries(session.inputNames.map((name) => [name, given[name]]));
  const { text_embeds: text, image_embeds: image } = await session.run(feeds);
  return cosineOf(text.data as Float32Array, image.data as Float32Array);
}

/** The middle square, 224 px, bicubic: planes of red, green, blue. */
async function pixelsOf(picture: Buffer): Promise<Float32Array> {
  const bytes = await sharp(picture)
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .resize(side, side, { fit: 'cover', kernel: 'cubic' })
    .removeAlpha()
    .raw()
    .toBuffer();
  const planes = new Float32Array(3 * side * side);
  for (let at = 0; at < side * side; at++)
    for (let channel = 0; channel < 3; channel++)
      planes[channel * side * side + at] = (bytes[3 * at + channel] / 255 - mean[channel]) / deviation[channel];
  return planes;
}

function cosineOf(a: Float32Array, b: Float32Array): number {
  let [dot, squareA, squareB] = [0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    dot += a[at] * b[at];
    squareA += a[at] ** 2;
    squareB += b[at] ** 2;
  }
  const length = Math.sqrt(squareA * squareB);
  return length > 0 ? dot / length : 0;
}
