import type { Folders } from './folders.js';
import type { NodeDefinition } from './node.js';
import { nodeClasses } from './nodes/index.js';

/** /object_info: every class, or the one asked for ({} when there is none such). */
export async function objectInfo(folders: Folders, className?: string): Promise<Record<string, unknown>> {
  const info: Record<string, unknown> = {};
  for (const [name, definition] of nodeClasses)
    if (className === undefined || name === className) info[name] = await infoOf(name, definition, folders);
  return info;
}

async function infoOf(name: string, definition: NodeDefinition, folders: Folders): Promise<Record<string, unknown>> {
  const input = await definition.inputs(folders);
  const order = Object.entries(input).map(([group, inputs]) => [group, Object.keys(inputs as object)]);
  return {
    input,
    input_order: Object.fromEntries(order),
    is_input_list: false,
    output: definition.outputs,
    output_is_list: definition.outputs.map(() => false),
    output_name: definition.outputNames ?? definition.outputs,
    name,
    display_name: definition.displayName,
    description: definition.description ?? '',
    python_module: definition.pythonModule ?? 'nodes',
    category: definition.category,
    output_node: definition.outputNode ?? false,
    has_intermediate_output: false,
    ...(definition.outputTooltips ? { output_tooltips: definition.outputTooltips } : {}),
    search_aliases: [],
  };
}
