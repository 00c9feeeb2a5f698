import { strengthInputs } from './graph-lora.js';
import { nodesRun } from './graph-reach.js';

interface Node {
  class_type: string;
  inputs: Record<string, unknown>;
  _meta?: { title?: string };
}

/** What is asked of a run and reaches no input of this graph, each to follow the file's name. `asked`: only of these. */
export function unreached(
  graph: Readonly<Record<string, Node>>,
  asked: { negative: boolean; size: { width: number; height: number } | 'any' | 'none' },
): string[] {
  const run = nodesRun(graph);
  const titled = (title: string) =>
    Object.entries(graph).filter(([id, node]) => node._meta?.title === title && run.has(id));
  const has = (title: string) => titled(title).length > 0;
  const notes: string[] = [];
  const size = typeof asked.size === 'object' ? `, not at ${asked.size.width} x ${asked.size.height}` : '';
  const sides = [has('azit:width') && 'azit:width', has('azit:height') && 'azit:height'].filter(Boolean);
  if (asked.size !== 'none' && !has('azit:size') && sides.length === 0)
    notes.push(`renders at its own size${size}: no node connected to azit:save is titled 'azit:size'`);
  if (!has('azit:size') && sides.length === 1)
    notes.push(
      `takes only one side of the size: give the title ${sides[0] === 'azit:width' ? "'azit:height'" : "'azit:width'"} to the node with the other`,
    );
  if (asked.negative && !has('azit:negative'))
    notes.push("takes no negative prompt: no node connected to azit:save is titled 'azit:negative'");
  for (const [id, { class_type, inputs }] of titled('azit:lora'))
    if (!strengthInputs.some((name) => name in inputs))
      notes.push(
        `takes no strength, so sweep.strength has no effect: node ${id} (${class_type}), titled 'azit:lora', has none of ${strengthInputs.slice(0, 3).join(', ')}`,
      );
  return notes;
}
