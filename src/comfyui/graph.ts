import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { v5 as uuidV5 } from 'uuid';
import { z } from 'zod';
import { inputsOfTitle, takingInputs } from '../project/graph-file.js';
import { strengthInputs } from '../project/graph-lora.js';
import { ComfyError } from './errors.js';
import type { ApiGraph } from './job.js';
import { withFurtherImages } from './reference-chain.js';
import type { GraphKind } from '../project/families/family.js';
import { graphFolderServed } from '../project/families/editors.js';

export type { ApiGraph };

const node = z.looseObject({
  class_type: z.string(),
  inputs: z.record(z.string(), z.unknown()),
  // For people: a title that is a number, or no `_meta`, is no harm.
  _meta: z
    .looseObject({ title: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

export interface GraphValues {
  prompt: string;
  /** Ignored by graphs without a node titled azit:negative (Flux has none). */
  negative?: string;
  /** 0 to 2^53 - 1 */
  seed: number;
  /** What `uploadImage` returned. */
  image?: string;
  /** The same, of more images: see `withFurtherImages`. */
  furtherImages?: string[];
  /** `name` is what `ensureLora` returned. */
  lora?: { name: string; strength: number };
  /** Pixels. A graph without a node titled azit:size keeps its own. */
  size?: { width: number; height: number };
  /** 0 to 1; without it the graph's own stands. How much of a given picture is drawn anew. */
  denoise?: number;
  /** Default: contentPrefix of the filled graph. */
  prefix?: string;
}

/** Checks the shape only. @throws ComfyError 'graph', which names what is wrong. */
export function parseGraph(json: unknown, label: string): ApiGraph {
  if (typeof json === 'object' && json !== null && Array.isArray((json as { nodes?: unknown }).nodes)) {
    throw new ComfyError('graph', `${label} is a workflow saved by ComfyUI's editor: export it in API format instead.`);
  }
  const parsed = z.record(z.string(), node).safeParse(json);
  if (parsed.success) return parsed.data;
  const place = parsed.error.issues[0].path.join('.');
  throw new ComfyError('graph', `${label} is not a graph in ComfyUI's API format (at ${place || 'its root'}).`);
}

/**
 * A copy of the graph with its titled nodes filled in: azit:prompt, azit:negative, azit:seed, azit:lora, azit:image,
 * azit:size, azit:save. Several nodes may share a title, but azit:save. @throws ComfyError 'graph' naming the title.
 */
export function fillGraph(graph: ApiGraph, values: GraphValues): ApiGraph {
  const { furtherImages = [] } = values;
  const filled = furtherImages.length > 0 ? withFurtherImages(graph, furtherImages) : structuredClone(graph);
  checkWants(filled, values);
  for (const inputs of inputsTitled(filled, 'azit:prompt')) setTaking(inputs, values.prompt, 'azit:prompt');
  for (const inputs of titled(filled, 'azit:negative')) {
    setTaking(inputs, values.negative ?? '', 'azit:negative');
  }
  for (const inputs of inputsTitled(filled, 'azit:seed')) setTaking(inputs, values.seed, 'azit:seed');
  if (values.denoise !== undefined) setDenoise(titled(filled, 'azit:seed'), values.denoise);
  if (values.image !== undefined) {
    for (const inputs of inputsTitled(filled, 'azit:image')) setTaking(inputs, values.image, 'azit:image');
  }
  if (values.lora) for (const inputs of inputsTitled(filled, 'azit:lora')) setLora(inputs, values.lora);
  if (values.size) setSize(filled, values.size);
  inputsTitled(filled, 'azit:save')[0].filename_prefix = values.prefix ?? contentPrefix(filled);
  return filled;
}

/** sha256 of the graph as canonical JSON (keys sorted). */
export const graphSha256 = (graph: ApiGraph): string => createHash('sha256').update(canonicalJson(graph)).digest('hex');

/**
 * `azit/0123456789abcdef` from the graph without its prefix. ComfyUI writes the graph into the picture, so equal work has
 * equal bytes only where its prefix is equal too; other work must never share a prefix, since two servers that number
 * files in one folder overwrite each other's.
 */
export function contentPrefix(graph: ApiGraph): string {
  const bare = structuredClone(graph);
  for (const inputs of titled(bare, 'azit:save')) delete inputs.filename_prefix;
  return `azit/${graphSha256(bare).slice(0, 16)}`;
}

/** A random constant: the namespace of AZIT's prompt ids. */
const namespace = 'c0f1a9a4-7d0e-4f3b-9d55-2a6f8b1e4c37';

/** UUIDv5 of the parts (run, stage, unit, item), in the lower case that ComfyUI demands since 0.25. */
export const promptIdOf = (parts: readonly string[]): string => uuidV5(JSON.stringify(parts), namespace).toLowerCase();

export { saveNodeIds } from '../project/graph-reach.js';

function checkWants(graph: ApiGraph, { seed, image, lora }: GraphValues): void {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new ComfyError('graph', `The seed ${seed} is not a whole number from 0 to 2^53 - 1.`);
  }
  if (inputsTitled(graph, 'azit:save').length > 1) {
    throw new ComfyError(
      'graph',
      "More than one node of the graph is titled 'azit:save': keep the title on one of them.",
    );
  }
  for (const [title, value] of [
    ['azit:image', image],
    ['azit:lora', lora],
  ] as const) {
    if (value === undefined && titled(graph, title).length > 0) {
      throw new ComfyError('graph', `The graph has a node titled '${title}', but there is no value for it.`);
    }
  }
}

const titled = (graph: ApiGraph, title: string): Record<string, unknown>[] =>
  Object.values(graph)
    .filter((entry) => entry._meta?.title === title)
    .map(({ inputs }) => inputs);

function inputsTitled(graph: ApiGraph, title: string): Record<string, unknown>[] {
  const found = titled(graph, title);
  if (found.length > 0) return found;
  throw new ComfyError(
    'graph',
    `No node of the graph is titled '${title}': give this title to the node that takes it.`,
  );
}

function setTaking(inputs: Record<string, unknown>, value: unknown, title: string): void {
  const names = takingInputs(title, inputs);
  if (names.length === 0)
    throw new ComfyError(
      'graph',
      `The node titled '${title}' has none of the inputs ${inputsOfTitle[title].join(', ')}.`,
    );
  for (const name of names) inputs[name] = value;
}

function setSize(graph: ApiGraph, { width, height }: { width: number; height: number }): void {
  for (const inputs of titled(graph, 'azit:size')) Object.assign(inputs, { width, height });
  for (const inputs of titled(graph, 'azit:width')) setTaking(inputs, width, 'azit:width');
  for (const inputs of titled(graph, 'azit:height')) setTaking(inputs, height, 'azit:height');
}

function setDenoise(samplers: Record<string, unknown>[], denoise: number): void {
  for (const inputs of samplers) if ('denoise' in inputs) inputs.denoise = denoise;
}

function setLora(inputs: Record<string, unknown>, { name, strength }: { name: string; strength: number }): void {
  inputs.lora_name = name;
  for (const key of strengthInputs) if (key in inputs) inputs[key] = strength;
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(',')}}`;
}

/** The graph of a model family, from `project/families/FOLDER/KIND.json` beside the compiled code. */
export async function loadFamilyGraph(family: string, kind: GraphKind): Promise<ApiGraph> {
  const label = `The graph ${kind} of the model family ${family}`;
  if (!/^[a-z0-9-]+$/.test(family)) throw new ComfyError('graph', `'${family}' is not a valid name of a model family.`);
  const folder = graphFolderServed(family, kind);
  const file = new URL(`../project/families/${folder}/${kind}.json`, import.meta.url);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new ComfyError('graph', `${label} does not exist.`, { cause });
  }
  return parseGraph(JSON.parse(text), label);
}
