import type { Dialect } from './dialect.js';
import type { Folders } from './folders.js';
import type { NodeDefinition } from './node.js';
import { nodeClasses } from './nodes/index.js';

/** /object_info: every class, or the one asked for ({} when there is none such). */
export async function objectInfo(
  folders: Folders,
  dialect: Dialect,
  className?: string,
): Promise<Record<string, unknown>> {
  const info: Record<string, unknown> = {};
  for (const [name, definition] of nodeClasses)
    if (className === undefined || name === className) info[name] = await infoOf(name, definition, folders, dialect);
  return info;
}

async function infoOf(
  name: string,
  definition: NodeDefinition,
  folders: Folders,
  dialect: Dialect,
): Promise<Record<string, unknown>> {
  const input = await definition.inputs(folders);
  const outputs = definition.outputNode && !dialect.savingGivesOn ? [] : definition.outputs;
  const order = Object.entries(input).map(([group, inputs]) => [group, Object.keys(inputs as object)]);
  return {
    input,
    input_order: Object.fromEntries(order),
    is_input_list: false,
    output: outputs,
    output_is_list: outputs.map(() => false),
    output_name: outputs.length > 0 ? (definition.outputNames ?? outputs) : outputs,
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
