import { createHash, randomUUID } from 'node:crypto';
import type { Folders } from './folders.js';
import { isLink, type Graph } from './graph.js';
import { nodeClasses } from './nodes/index.js';

export interface CachedNode {
  outputs: unknown[];
  ui: Record<string, unknown> | null;
}

/**
 * What one prompt leaves for the next: results by what they were made of (class, inputs, ancestors, file contents; not
 * node ids), node memories by id and class. Whatever the next prompt does not contain is dropped at its start.
 */
export class NodeCache {
  private results = new Map<string, CachedNode>();
  private memories = new Map<string, Map<string, unknown>>();
  private keys = new Map<string, string>();

  /** Takes up a prompt. Notes `is_changed` in its nodes, as ComfyUI does. */
  async enter(graph: Graph, folders: Folders): Promise<void> {
    await noteFingerprints(graph, folders);
    this.keys = keysOf(graph);
    keepOnly(this.results, new Set(this.keys.values()));
    keepOnly(this.memories, new Set(Object.keys(graph).map((id) => memoryKey(graph, id))));
  }

  get(id: string): CachedNode | undefined {
    return this.results.get(this.keys.get(id) ?? '');
  }

  set(id: string, node: CachedNode): void {
    this.results.set(this.keys.get(id) ?? '', node);
  }

  memoryOf(graph: Graph, id: string): Map<string, unknown> {
    const key = memoryKey(graph, id);
    const memory = this.memories.get(key) ?? new Map<string, unknown>();
    this.memories.set(key, memory);
    return memory;
  }

  clear(): void {
    this.results.clear();
    this.memories.clear();
  }
}

const memoryKey = (graph: Graph, id: string) => `${id}\n${graph[id].class_type}`;

function keepOnly<Value>(map: Map<string, Value>, wanted: Set<string>): void {
  for (const key of map.keys()) if (!wanted.has(key)) map.delete(key);
}

async function noteFingerprints(graph: Graph, folders: Folders): Promise<void> {
  for (const node of Object.values(graph)) {
    const fingerprint = nodeClasses.get(node.class_type)?.fingerprint;
    if (!fingerprint) continue;
    node.is_changed = await fingerprint(node.inputs, folders).then(
      (hash) => [hash],
      () => null,
    );
  }
}

/**
 * The keys of all nodes, each made from those of its ancestors. A node whose file cannot be read, or that hangs on a
 * node that is not there or on itself, never equals another.
 */
function keysOf(graph: Graph): Map<string, string> {
  const keys = new Map<string, string>();
  const keyOf = (id: string): string => {
    const known = keys.get(id);
    if (known !== undefined) return known;
    const node = graph[id];
    const never = `never ${id} ${randomUUID()}`;
    if (!node?.inputs || node.is_changed === null) return never;
    keys.set(id, never);
    const inputs = Object.entries(node.inputs)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => (isLink(value) ? [name, 'link', keyOf(value[0]), value[1]] : [name, value]));
    const text = JSON.stringify([node.class_type, node.is_changed ?? false, inputs]);
    const key = createHash('sha256').update(text).digest('hex');
    keys.set(id, key);
    return key;
  };
  for (const id of Object.keys(graph)) keys.set(id, keyOf(id));
  return keys;
}
