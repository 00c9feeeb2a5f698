import type { Dialect } from './dialect.js';
import type { Folders } from './folders.js';
import type { Graph, GraphNode } from './graph.js';
import type { InputSpec, NodeDefinition } from './node.js';
import { nodeClasses } from './nodes/index.js';
import { PythonError, repr } from './python.js';
import * as check from './validate-input.js';
import type { InputError } from './validate-input.js';

export interface TopError {
  type: string;
  message: string;
  details: string;
  extra_info: Record<string, unknown>;
}

export interface NodeErrors {
  [nodeId: string]: { errors: InputError[]; dependent_outputs: string[]; class_type: string };
}

export type Validation =
  { ok: true; outputs: string[]; nodeErrors: NodeErrors } | { ok: false; error: TopError; nodeErrors: NodeErrors };

interface Checked {
  valid: boolean;
  errors: InputError[];
}

/**
 * Checks a graph as ComfyUI does: it is accepted when any output node is valid; the others are dropped and named in
 * `nodeErrors`. Constants are converted in place. `targets`: the only output nodes to consider.
 */
export async function validatePrompt(
  graph: Graph,
  folders: Folders,
  dialect: Dialect,
  targets: string[] | null,
): Promise<Validation> {
  const outputs: string[] = [];
  for (const [id, node] of Object.entries(graph)) {
    const definition = nodeClasses.get(node.class_type);
    if (!definition)
      return {
        ok: false,
        error: dialect.namesCauses ? missingNodeType(id, node) : invalidPrompt(id, node),
        nodeErrors: {},
      };
    if (definition.outputNode && (targets === null || targets.includes(id))) outputs.push(id);
  }
  if (outputs.length === 0)
    return { ok: false, error: top('prompt_no_outputs', 'Prompt has no outputs'), nodeErrors: {} };
  return await new Validator(graph, folders, dialect).outputs(outputs);
}

class Validator {
  private checked = new Map<string, Checked>();
  private nodeErrors: NodeErrors = {};

  constructor(
    private readonly graph: Graph,
    private readonly folders: Folders,
    private readonly dialect: Dialect,
  ) {}

  async outputs(outputs: string[]): Promise<Validation> {
    const good: string[] = [];
    const problems: InputError[] = [];
    for (const id of outputs) {
      const result = await this.output(id);
      if (result.valid) good.push(id);
      else {
        problems.push(...result.errors);
        this.collect(id);
      }
    }
    if (good.length > 0) return { ok: true, outputs: good, nodeErrors: this.nodeErrors };
    const details = problems.map(({ message, details: text }) => `${message}: ${text}`).join('\n');
    const error = top('prompt_outputs_failed_validation', 'Prompt outputs failed validation', details);
    return { ok: false, error, nodeErrors: this.nodeErrors };
  }

  private async output(id: string): Promise<Checked> {
    try {
      return await this.node(id, []);
    } catch (error) {
      const failed = { valid: false, errors: [check.exceptionDuring(error)] };
      this.checked.set(id, failed);
      return failed;
    }
  }

  /** Nodes that are invalid only because something upstream is are not named. */
  private collect(output: string): void {
    for (const [id, { valid, errors }] of this.checked) {
      if (valid || errors.length === 0) continue;
      this.nodeErrors[id] ??= { errors, dependent_outputs: [], class_type: this.graph[id]?.class_type ?? '' };
      this.nodeErrors[id].dependent_outputs.push(output);
    }
  }

  private async node(id: string, path: string[]): Promise<Checked> {
    const known = this.checked.get(id);
    if (known) return known;
    if (path.includes(id)) return this.cycle([...path.slice(path.indexOf(id)), id]);
    const node = this.graph[id];
    if (node.inputs === undefined) throw new PythonError('KeyError', "'inputs'");
    const definition = nodeClasses.get(node.class_type) as NodeDefinition;
    const { required, optional = {} } = await definition.inputs(this.folders);
    const errors: InputError[] = [];
    let valid = true;
    for (const [name, spec] of Object.entries({ ...required, ...optional })) {
      const problem = await this.input(node, definition, name, spec, name in required, [...path, id]);
      if (problem === 'upstream') valid = false;
      else if (problem) errors.push(problem);
    }
    const custom = definition.validate;
    if (custom && node.inputs[custom.input] !== undefined) {
      const problem = await custom.check(node.inputs[custom.input], this.folders);
      if (problem !== null) errors.push(check.customFailed(custom.input, problem));
    }
    // A cycle found further down has already judged this node.
    const result = this.checked.get(id) ?? { valid: valid && errors.length === 0, errors };
    this.checked.set(id, result);
    return result;
  }

  private async input(
    node: GraphNode,
    definition: NodeDefinition,
    name: string,
    spec: InputSpec,
    required: boolean,
    path: string[],
  ): Promise<InputError | 'upstream' | null> {
    if (!(name in node.inputs)) return required ? check.requiredMissing(name) : null;
    const value = node.inputs[name];
    if (Array.isArray(value)) return await this.link(name, value, spec, path);
    const result = check.checkConstant(name, value, spec, definition.validate?.input !== name);
    if ('type' in result) return result;
    node.inputs[name] = result.value;
    return null;
  }

  private async link(
    name: string,
    link: unknown[],
    spec: InputSpec,
    path: string[],
  ): Promise<InputError | 'upstream' | null> {
    if (link.length !== 2) return check.badLink(name, link, spec);
    const [source, slot] = link as [string, number];
    const from = typeof source === 'string' ? this.graph[source] : undefined;
    if (!from) throw new PythonError('KeyError', repr(source));
    const received = nodeClasses.get(from.class_type)?.outputs.at(slot);
    if (received === undefined) throw new PythonError('IndexError', 'tuple index out of range');
    if (received !== spec[0]) return check.typeMismatch(name, received, link, spec);
    try {
      return (await this.node(source, path)).valid ? null : 'upstream';
    } catch (error) {
      this.checked.set(source, { valid: false, errors: [check.exceptionDuring(error, { name, link, spec })] });
      return 'upstream';
    }
  }

  private cycle(ids: string[]): Checked {
    const nodes = [...new Set(ids)];
    const details = ids.map((id) => `${id} (${this.graph[id].class_type})`).join(' -> ');
    for (const id of nodes) {
      const extra_info = { node_id: id, cycle_nodes: nodes };
      const error = { type: 'dependency_cycle', message: 'Dependency cycle detected', details, extra_info };
      this.checked.set(id, { valid: false, errors: this.dialect.namesCauses ? [error] : [] });
    }
    return this.checked.get(ids[0]) as Checked;
  }
}

function missingNodeType(id: string, node: GraphNode): TopError {
  const type = node.class_type as string | undefined;
  const title = node._meta?.title ?? type ?? null;
  const message =
    type === undefined
      ? `Node '${title ?? `ID #${id}`}' has no class_type. The workflow may be corrupted or a custom node is missing.`
      : `Node '${title}' not found. The custom node may not be installed.`;
  return {
    type: 'missing_node_type',
    message,
    details: `Node ID '#${id}'`,
    extra_info: { node_id: id, class_type: type ?? null, node_title: title },
  };
}

/** The same of an older server. */
function invalidPrompt(id: string, node: GraphNode): TopError {
  const type = node.class_type as string | undefined;
  const message =
    type === undefined
      ? 'Cannot execute because a node is missing the class_type property.'
      : `Cannot execute because node ${type} does not exist.`;
  return top('invalid_prompt', message, `Node ID '#${id}'`);
}

export function top(type: string, message: string, details = ''): TopError {
  return { type, message, details, extra_info: {} };
}
