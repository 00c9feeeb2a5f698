import { createHash } from 'node:crypto';
import { parseJson } from '../files/json.js';
import { fileLimits } from '../files/limits.js';
import { ForeignFileError, readRegular } from '../files/regular-file.js';
import type { GraphKind } from './families/family.js';
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
  'azit:save': ['filename_prefix'],
};

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
  let bytes: Buffer = Buffer.alloc(0);
  try {
    bytes = await readRegular(path, { maxBytes: fileLimits.graph });
    return { ok: true, sha256: createHash('sha256').update(bytes).digest('hex'), json: parseJson(bytes) };
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, reason: notJson(bytes, error) };
    if (!(error instanceof ForeignFileError)) throw error;
    return {
      ok: false,
      reason: error.kind === 'too-large' ? 'is too large for a graph: more than 4 MiB' : error.reason,
    };
  }
}

const byteOrderMark = Buffer.from('\ufeff');

const notJson = (bytes: Buffer, { message }: SyntaxError): string =>
  bytes.subarray(0, byteOrderMark.length).equals(byteOrderMark)
    ? 'begins with a byte order mark: save it as UTF-8 without one'
    : message;

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
    return ["is a workflow as ComfyUI's editor saves it: export it in API format"];
  if (typeof json === 'object' && json !== null && nodesOf((json as { prompt?: unknown }).prompt))
    return ["holds its graph under 'prompt', as a request to ComfyUI does: keep only what is under it"];
  const nodes = nodesOf(json);
  if (!nodes) return ["is not a graph in ComfyUI's API format: node ids with class_type and inputs"];
  if (nodes.length > maxGraphNodes)
    return [
      `has ${nodes.length.toLocaleString('en-US')} nodes: at most ${maxGraphNodes.toLocaleString('en-US')} are taken`,
    ];
  const ids = new Set(nodes.map(([id]) => id));
  const titles = nodes.map(([, { _meta }]) => _meta?.title ?? '');
  const missing = wantedTitles[kind].filter((title) => !titles.includes(title));
  return [
    ...missing.map(
      (title) =>
        `has no node titled '${title}': give that title to the node with the input ${inputsOfTitle[title].join(' or ')}`,
    ),
    ...nodes.flatMap(([id, node]) => nodeProblems(id, node, kind)),
    ...uselessTitles(nodes, kind),
    ...(titles.filter((title) => title === 'azit:save').length > 1
      ? ["has several nodes titled 'azit:save': keep one"]
      : []),
    ...nodes.flatMap(([id, node]) => brokenLinks(id, node, ids)),
  ];
}

function nodesOf(json: unknown): [string, GraphNode][] | null {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return null;
  const entries = Object.entries(json as Record<string, GraphNode | null>);
  const sound = entries.every(([, node]) => typeof node?.class_type === 'string' && isRecord(node.inputs));
  return sound && entries.length > 0 ? (entries as [string, GraphNode][]) : null;
}

const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

function nodeProblems(id: string, { class_type, inputs, _meta }: GraphNode, kind: GraphKind): string[] {
  const title = _meta?.title ?? '';
  if (!/^azit:/i.test(title)) return [];
  const named = `names node ${id} (${class_type}) '${title}'`;
  if (!Object.hasOwn(inputsOfTitle, title)) {
    const nearest = nearestKey(title, Object.keys(inputsOfTitle));
    return [`${named}, a title that AZIT does not know${nearest ? `; the nearest is '${nearest.key}'` : ''}`];
  }
  if (Object.hasOwn(onlyIn, title) && onlyIn[title] !== kind)
    return [`${named}, but a graph for ${kind} is given nothing for it`];
  const taking = inputsOfTitle[title].filter((input) => input in inputs);
  if (taking.length === 0) return [`${named}, which has no input ${inputsOfTitle[title].join(' or ')}`];
  if (isLink(inputs[taking[0]]))
    return [`${named}, whose input ${taking[0]} comes from another node: give the title to that one`];
  return [];
}

/** A value that is wanted but reaches no picture: every seed would draw the same. */
function uselessTitles(nodes: [string, GraphNode][], kind: GraphKind): string[] {
  const run = nodesRun(Object.fromEntries(nodes));
  return nodes.flatMap(([id, { class_type, _meta }]) =>
    !run.has(id) && wantedTitles[kind].includes(_meta?.title ?? '')
      ? [
          `names node ${id} (${class_type}) '${_meta?.title}', but nothing of that node reaches the one titled azit:save`,
        ]
      : [],
  );
}

function brokenLinks(id: string, { class_type, inputs }: GraphNode, ids: ReadonlySet<string>): string[] {
  return Object.entries(inputs).flatMap(([input, value]) => {
    if (!isLink(value)) return [];
    const link = `links ${input} of node ${id} (${class_type}) to node ${value[0]}`;
    if (!ids.has(String(value[0]))) return [`${link}, which is not there`];
    return typeof value[0] === 'number' ? [`${link} by a number: write "${value[0]}"`] : [];
  });
}
