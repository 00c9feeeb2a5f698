import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { longest } from '../../text/cut.js';
import { builtInEmbedders, type Embedder, arcFaceTemplate, type Point } from './embedder.js';
import { EmbedderError } from './errors.js';
import { fileLimits } from '../../files/limits.js';
import { ForeignFileError, readRegularText } from '../../files/regular-file.js';
import { nestsTooDeeply } from '../../project/nesting.js';

const colour = z.union([z.number(), z.array(z.number()).length(3)]);

/** An embedder of a person's own, as its YAML file gives it. Paths are relative to the file. */
const schema = z.strictObject({
  name: z
    .string()
    .max(longest.name)
    .regex(/^[a-z0-9][a-z0-9+._-]*$/, 'may contain only lower-case letters, digits and + . _ -'),
  file: z.string().min(1),
  /** The name alone: the built-in detector, `azit models pull`ed. */
  detector: z
    .union([
      z.enum(['default', 'scrfd', 'yunet']),
      z.strictObject({ kind: z.enum(['scrfd', 'yunet']), file: z.string().min(1) }),
    ])
    .default('default'),
  size: z.int().min(16).max(1024).default(112),
  template: z.union([z.literal('arcface'), z.array(z.tuple([z.number(), z.number()])).length(5)]).default('arcface'),
  mean: colour.default(127.5),
  std: colour.default(127.5),
  channels: z.enum(['rgb', 'bgr']).default('rgb'),
  threshold: z.number().min(-1).max(1),
  licence: z.strictObject({ name: z.string().min(1).max(longest.name), commercial: z.boolean() }),
  source: z.string().max(longest.line).default('a file of your own'),
});

/** @throws EmbedderError, one sentence that names the file and what is wrong in it */
export async function readEmbedderFile(path: string): Promise<Embedder> {
  const found = schema.safeParse(await readDescription(path));
  if (!found.success) {
    const [{ path: at, message }] = found.error.issues;
    throw new EmbedderError(`${path}: ${at.length > 0 ? `'${at.join('.')}': ` : ''}${message}.`);
  }
  const { name, file, size, template, mean, std, channels, threshold, licence, source } = found.data;
  if (three(std).some((value) => value === 0)) throw new EmbedderError(`${path}: 'std' must not be 0.`);
  const here = (other: string) => resolve(dirname(path), other);
  const { detector } = found.data;
  return {
    name,
    detector: typeof detector === 'string' ? builtInDetector(detector) : { ...detector, file: here(detector.file) },
    embedding: {
      file: here(file),
      input: {
        size,
        template: template === 'arcface' ? scaledTemplate(size) : (template as Point[]),
        mean: three(mean),
        std: three(std),
        channels,
      },
    },
    threshold,
    licence,
    source,
  };
}

function builtInDetector(name: 'default' | 'scrfd' | 'yunet'): Embedder['detector'] {
  const kind = name === 'default' ? 'ultraface' : name;
  return builtInEmbedders.find(({ detector }) => detector.kind === kind)!.detector;
}

const three = (value: number | number[]): number[] => (Array.isArray(value) ? value : [value, value, value]);

/** ArcFace's template is for 112 pixels. */
const scaledTemplate = (size: number): Point[] =>
  arcFaceTemplate.map(([x, y]): Point => [(x * size) / 112, (y * size) / 112]);

/** As it stands in the file. @throws EmbedderError */
export async function readDescription(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readRegularText(path, { maxBytes: fileLimits.project });
  } catch (error) {
    const why = error instanceof ForeignFileError ? error.reason : (error as Error).message;
    throw new EmbedderError(`The embedder's file ${path} ${why}.`, { cause: error });
  }
  if (nestsTooDeeply(text)) throw new EmbedderError(`${path} can't be parsed: it is nested too deeply.`);
  try {
    // Aliases would have little text unfold to much.
    return parse(text, { maxAliasCount: 64 });
  } catch (error) {
    throw new EmbedderError(`${path} is not YAML: ${(error as Error).message.split('\n')[0]}`, { cause: error });
  }
}
