/** One node of a graph in ComfyUI's API format. */
export interface GraphNode {
  class_type: string;
  inputs: Record<string, unknown>;
  _meta?: { title?: string };
  /** Written by the executor, as ComfyUI does: what the node's file hashed to when the prompt ran. */
  is_changed?: unknown;
}

export type Graph = Record<string, GraphNode>;

/** [node id, output slot]. */
export type Link = [string, number];

export function isLink(value: unknown): value is Link {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && typeof value[1] === 'number';
}

/** The links of a node, in the order of its inputs. */
export function linksOf(node: GraphNode): Link[] {
  return Object.values(node.inputs).filter(isLink);
}
