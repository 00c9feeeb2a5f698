import { parseJson } from '../../files/json.js';

/** A ComfyUI graph in API format (`{id: {class_type, inputs, _meta?}}`), as far as a diagram needs it. */
export interface GraphNode {
  id: string;
  title: string;
  /** The class, where the title says something else. */
  kind: string | null;
  /** In the graph's order; a link names the node it comes from. */
  inputs: { name: string; from: string | null; value: string }[];
}

/** Beyond this a diagram helps nobody, and laying it out takes time. */
const mostNodes = 150;
const mostInputs = 3000;

/** @returns null where the bytes are not a graph that can be drawn; the page then links to the file. */
export function parseGraph(bytes: Buffer): GraphNode[] | null {
  let json: unknown;
  try {
    json = parseJson(bytes);
  } catch {
    return null;
  }
  const graph = isRecord(json) && isRecord(json.prompt) ? json.prompt : json; // as posted to /prompt, or the graph alone
  if (!isRecord(graph)) return null;
  const entries = Object.entries(graph).filter(([, node]) => isRecord(node) && typeof node.class_type === 'string');
  if (entries.length === 0 || entries.length > mostNodes) return null;
  const known = new Set(entries.map(([id]) => id));
  const nodes = entries.map(([id, node]) => nodeOf(id, node as Record<string, unknown>, known));
  return nodes.reduce((sum, { inputs }) => sum + inputs.length, 0) > mostInputs ? null : nodes;
}

function nodeOf(id: string, node: Record<string, unknown>, known: Set<string>): GraphNode {
  const kind = node.class_type as string;
  const title = isRecord(node._meta) && typeof node._meta.title === 'string' ? node._meta.title : kind;
  const inputs = Object.entries(isRecord(node.inputs) ? node.inputs : {}).map(([name, value]) => {
    const from = Array.isArray(value) && value.length === 2 ? String(value[0]) : null;
    if (from !== null && known.has(from)) return { name, from, value: '' };
    return { name, from: null, value: typeof value === 'string' ? value : JSON.stringify(value) };
  });
  return { id, title, kind: title === kind ? null : kind, inputs };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
