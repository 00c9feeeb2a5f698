import { createHash } from 'node:crypto';
import { fileLimits } from '../files/limits.js';
import { ForeignFileError, readRegular } from '../files/regular-file.js';
import type { GraphKind } from './families/family.js';
import { parseGraphJson } from './graph-json.js';
import { bypassProblems, loraCure } from './graph-lora.js';
import { isLink, nodesRun } from './graph-reach.js';
import { nearestKey } from './keys.js';

/** Ten times what the largest published workflows have; a server is asked for the class of each. */
const maxGraphNodes = 5000;

/** The keys of `graphs` in a project file, and the graph that each stands for. */
export const graphKinds = { textToImage: 'text-to-image', edit: 'edit', lora: 'text-to-image-lora' } as const;
export type GraphKey = keyof typeof graphKinds;

/** The titles that a graph gives to the nodes we fill in, and which of their inputs take the value: the first they have. */
export const inputsOfTitle: Record<string, readonly string[]> = {
  'azit:prompt': ['text', 'prompt', 'value', 'string'],
  'azit:negative': ['text', 'prompt', 'value', 'string'],
  'azit:seed': ['seed', 'noise_seed', 'value'],
  'azit:image': ['image', 'value'],
  'azit:lora': ['lora_name'],
  'azit:size': ['width', 'height'],
  /** Where width and height come from a node each. */
  'azit:width': ['value', 'width'],
  'azit:height': ['value', 'height'],
  'azit:save': ['filename_prefix'],
};

/** Encoders that take one prompt in several inputs (CLIPTextEncodeFlux, ...SDXL, ...SD3): all are filled in. */
const promptParts = ['text_g', 'text_l', 'clip_g', 'clip_l', 't5xxl'];

/** The inputs of a node that take the value of its title. */
export function takingInputs(title: string, inputs: Record<string, unknown>): string[] {
  const found = inputsOfTitle[title].filter((input) => input in inputs);
  if (title === 'azit:size') return found.length === 2 ? found : [];
  if (found.length === 0 && (title === 'azit:prompt' || title === 'azit:negative'))
    return promptParts.filter((input) => input in inputs);
  return found.slice(0, 1);
}

/** A graph without azit:size draws at its own size. */
const wantedTitles: Record<GraphKind, readonly string[]> = {
  'text-to-image': ['azit:prompt', 'azit:seed', 'azit:save'],
  edit: ['azit:prompt', 'azit:seed', 'azit:image', 'azit:save'],
  'text-to-image-lora': ['azit:prompt', 'azit:seed', 'azit:lora', 'azit:save'],
};
/** What only one kind of graph can be given a value for. */
const onlyIn: Record<string, GraphKind> = { 'azit:image': 'edit', 'azit:lora': 'text-to-image-lora' };

interface GraphNode {
  class_type: string;
  inputs: Record<string, unknown>;
  _meta?: { title?: string };
}

export type GraphFile = { ok: true; sha256: string; json: unknown } | { ok: false; reason: string };

export async function readGraphFile(path: string): Promise<GraphFile> {
  try {
    const bytes = await readRegular(path, { maxBytes: fileLimits.graph });
    return { ok: true, sha256: createHash('sha256').update(bytes).digest('hex'), json: parseGraphJson(bytes) };
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, reason: error.message };
    if (!(error instanceof ForeignFileError)) throw error;
    return {
      ok: false,
      reason: error.kind === 'too-large' ? 'is too large for a graph: more than 4 MiB' : error.reason,
    };
  }
}

/** By the titles it has. */
export function kindOf(json: unknown): GraphKind {
  const titles = Object.values((json ?? {}) as Record<string, Partial<GraphNode> | null>).map(
    (node) => node?._meta?.title,
  );
  if (titles.includes('azit:lora')) return 'text-to-image-lora';
  return titles.includes('azit:image') ? 'edit' : 'text-to-image';
}

/** Everything that keeps a graph from being filled in, each to follow the file's name in a sentence. */
export function graphProblems(json: unknown, kind: GraphKind): string[] {
  if (Array.isArray((json as { nodes?: unknown } | null)?.nodes))
    return ["is a workflow saved by ComfyUI's editor: export it in API format instead"];
  if (typeof json === 'object' && json !== null && nodesOf((json as { prompt?: unknown }).prompt))
    return ["has its graph under 'prompt', like a request to ComfyUI: keep only the value of 'prompt'"];
  const unsound = unsoundNodes(json);
  if (unsound) return unsound;
  const nodes = nodesOf(json);
  if (!nodes) return ["is not a graph in ComfyUI's API format, which maps each node id to a class_type and inputs"];
  if (nodes.length > maxGraphNodes)
    return [`has ${nodes.length.toLocaleString('en-US')} nodes: the limit is ${maxGraphNodes.toLocaleString('en-US')}`];
  const graph = Object.fromEntries(nodes);
  const ids = new Set(nodes.map(([id]) => id));
  const titles = nodes.map(([, { _meta }]) => _meta?.title ?? '');
  const missing = wantedTitles[kind].filter((title) => !titles.includes(title));
  return [
    ...missing.map(
      (title) =>
        `has no node titled '${title}': give this title to the node that has the input ${inputsOfTitle[title].join(' or ')}`,
    ),
    ...nodes.flatMap(([id, node]) => nodeProblems(id, node, kind, graph)),
    ...uselessTitles(nodes, kind),
    ...(titles.filter((title) => title === 'azit:save').length > 1
      ? ["has several nodes titled 'azit:save': keep the title on one of them"]
      : []),
    ...nodes.flatMap(([id, node]) => brokenLinks(id, node, ids)),
    ...(kind === 'text-to-image-lora' ? bypassProblems(graph) : []),
  ];
}

/** Null where all nodes are sound, or where nothing looks like a graph. */
function unsoundNodes(json: unknown): string[] | null {
  if (!isRecord(json)) return null;
  const entries = Object.entries(json as Record<string, Partial<GraphNode> | null>);
  const unsound = entries.flatMap(([id, node]) => {
    const lacks = typeof node?.class_type !== 'string' ? 'class_type' : isRecord(node.inputs) ? null : 'inputs';
    return lacks ? [{ id, lacks, title: node?._meta?.title }] : [];
  });
  // More than half of them: another kind of file.
  if (unsound.length === 0 || unsound.length * 2 > entries.length) return null;
  return unsound.map(
    ({ id, lacks, title }) =>
      `has a node ${id}${typeof title === 'string' && title !== '' ? ` ('${title}')` : ''} without ${lacks}, which ComfyUI rejects: ` +
      'install the missing custom node and export the graph again, or remove the node',
  );
}

function nodesOf(json: unknown): [string, GraphNode][] | null {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return null;
  const entries = Object.entries(json as Record<string, GraphNode | null>);
  const sound = entries.every(([, node]) => typeof node?.class_type === 'string' && isRecord(node.inputs));
  return sound && entries.length > 0 ? (entries as [string, GraphNode][]) : null;
}

const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

function nodeProblems(
  id: string,
  { class_type, inputs, _meta }: GraphNode,
  kind: GraphKind,
  graph: Record<string, GraphNode>,
): string[] {
  const title = _meta?.title ?? '';
  if (!/^azit:/i.test(title)) return [];
  const named = `titles node ${id} (${class_type}) '${title}'`;
  if (!Object.hasOwn(inputsOfTitle, title)) {
    const nearest = nearestKey(title, Object.keys(inputsOfTitle));
    return [`${named}, a title that AZIT does not know${nearest ? `; the nearest is '${nearest.key}'` : ''}`];
  }
  if (Object.hasOwn(onlyIn, title) && onlyIn[title] !== kind)
    return [`${named}, but AZIT has no value for it in a graph of kind ${kind}`];
  const taking = takingInputs(title, inputs);
  if (taking.length === 0) return [`${named}, ${lackOf(title, inputs)}`];
  return linkedProblem(named, title, inputs, taking, graph);
}

/** What the node does not have, and which node to take instead. */
function lackOf(title: string, inputs: Record<string, unknown>): string {
  const wanted = `which has no input ${inputsOfTitle[title].join(title === 'azit:size' ? ' and ' : ' or ')}`;
  if (title === 'azit:lora') return `${wanted}: ${loraCure}`;
  if (title === 'azit:size' && 'value' in inputs)
    return `${wanted}: title the node that gives the width 'azit:width', and the one that gives the height 'azit:height'`;
  return `${wanted}: give the title to a node that has one`;
}

/** The value comes from another node: the title belongs there, if that node can take it. */
function linkedProblem(
  named: string,
  title: string,
  inputs: Record<string, unknown>,
  taking: string[],
  graph: Record<string, GraphNode>,
): string[] {
  const linked = taking.find((input) => isLink(inputs[input]));
  if (!linked) return [];
  const sourceOf = (input: string) => String((inputs[input] as [string, number])[0]);
  const from = (source: string) => `node ${source}${graph[source] ? ` (${graph[source].class_type})` : ''}`;
  const [source] = [sourceOf(linked)];
  const takes = (as: string) => graph[source] && takingInputs(as, graph[source].inputs).length > 0;
  if (title === 'azit:size' && !takes('azit:size')) {
    const [width, height] = taking.map((input) => (isLink(inputs[input]) ? from(sourceOf(input)) : null));
    if (!width || !height || width === height || !takes('azit:width'))
      return [`${named}, whose input ${linked} comes from ${from(source)}: enter width and height in the node itself`];
    return [
      `${named}, whose width and height come from other nodes: title ${width} 'azit:width' and ${height} 'azit:height' instead`,
    ];
  }
  const comes = `${named}, whose input ${linked} comes from ${from(source)}`;
  return [
    takes(title) ? `${comes}: give the title to that node instead` : `${comes}: enter a value in the node itself`,
  ];
}

/** A value that is wanted but reaches no picture: every seed would draw the same. */
function uselessTitles(nodes: [string, GraphNode][], kind: GraphKind): string[] {
  const run = nodesRun(Object.fromEntries(nodes));
  return nodes.flatMap(([id, { class_type, _meta }]) =>
    !run.has(id) && wantedTitles[kind].includes(_meta?.title ?? '')
      ? [
          `titles node ${id} (${class_type}) '${_meta?.title}', but that node is not connected to the node titled azit:save`,
        ]
      : [],
  );
}

function brokenLinks(id: string, { class_type, inputs }: GraphNode, ids: ReadonlySet<string>): string[] {
  return Object.entries(inputs).flatMap(([input, value]) => {
    if (!isLink(value)) return [];
    const link = `links ${input} of node ${id} (${class_type}) to node ${value[0]}`;
    if (!ids.has(String(value[0]))) return [`${link}, which does not exist`];
    return typeof value[0] === 'number' ? [`${link} as a number: write "${value[0]}"`] : [];
  });
}
