interface Node {
  class_type: string;
  inputs: Record<string, unknown>;
  _meta?: { title?: string };
}

export const isLink = (value: unknown): value is [string | number, number] =>
  Array.isArray(value) &&
  value.length === 2 &&
  /^(string|number)$/.test(typeof value[0]) &&
  typeof value[1] === 'number';

/** Ids of the outputs that carry the picture. */
export const saveNodeIds = (graph: Readonly<Record<string, Node>>): string[] =>
  Object.keys(graph).filter((id) => graph[id]._meta?.title === 'azit:save');

/**
 * Ids of the nodes that a prompt of this graph runs: those from which something reaches the node titled azit:save, which
 * is the one output asked for. All of them where no node has that title.
 */
export function nodesRun(graph: Readonly<Record<string, Node>>): Set<string> {
  const saving = saveNodeIds(graph);
  if (saving.length === 0) return new Set(Object.keys(graph));
  const run = new Set<string>();
  for (let id = saving.pop(); id !== undefined; id = saving.pop()) {
    if (run.has(id) || !Object.hasOwn(graph, id)) continue;
    run.add(id);
    // One by one: a node may have more links than a call takes arguments.
    for (const value of Object.values(graph[id].inputs)) if (isLink(value)) saving.push(String(value[0]));
  }
  return run;
}

const mostNamed = 20;

/** What a person put beside the way to azit:save: other previews and savers, which AZIT does not have run. */
export function leftOut(graph: Readonly<Record<string, Node>>): string | null {
  const run = nodesRun(graph);
  const names = Object.entries(graph).flatMap(([id, node]) => (run.has(id) ? [] : [`${id} (${node.class_type})`]));
  if (names.length === 0) return null;
  const [nodes, them] = names.length === 1 ? ['Node', 'it is'] : ['Nodes', 'they are'];
  const listed = names.length > mostNamed ? [...names.slice(0, mostNamed), `${names.length - mostNamed} more`] : names;
  return `${nodes} ${listed.join(', ')} will not run: ${them} not connected to the node titled azit:save.`;
}
