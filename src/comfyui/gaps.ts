import type { ApiGraph } from './graph.js';
import type { InputSpec, NodeClass } from './node-class.js';

/** What a server lacks for a graph, or has against it. */
export type Gap =
  | { kind: 'node'; node: string }
  /** `listed`: how the server spells it, where only the slashes differ. */
  | { kind: 'file'; node: string; file: string; folder: string; listed?: string }
  /** An option that this version of the node does not offer. */
  | { kind: 'option'; node: string; input: string; value: string }
  /** This version of the node needs an input that the graph does not give. */
  | { kind: 'input'; node: string; input: string }
  /** A number out of its range, a link from an output of another type: `problem` follows the input's name. */
  | { kind: 'value'; node: string; input: string; problem: string }
  /** Older than the first ComfyUI whose templates have the model: its LoRAs may be applied in part. */
  | { kind: 'version'; version: string; since: string }
  /** The node titled azit:save is none that saves. */
  | { kind: 'output'; node: string };

/** Folders below ComfyUI's models/, by the inputs that name files in them. */
export const modelFolders: Record<string, string> = {
  ckpt_name: 'checkpoints',
  unet_name: 'diffusion_models',
  clip_name: 'text_encoders',
  clip_name1: 'text_encoders',
  clip_name2: 'text_encoders',
  clip_name3: 'text_encoders',
  clip_name4: 'text_encoders',
  vae_name: 'vae',
  lora_name: 'loras',
  control_net_name: 'controlnet',
  style_model_name: 'style_models',
  model_name: 'upscale_models',
};
const isModelFile = /\.(safetensors|sft|ckpt|pth?|bin|gguf)$/i;

type Classes = ReadonlyMap<string, NodeClass | null>;
type GraphNode = ApiGraph[string];

/** What keeps a server with these classes from running a node of a graph. A node that is not run has only to exist. */
export function gapsOfNode(node: GraphNode, isRun: boolean, graph: ApiGraph, classes: Classes): Gap[] {
  const { class_type: name, inputs: given } = node;
  const known = classes.get(name);
  if (!known) return [{ kind: 'node', node: name }];
  if (!isRun) return [];
  if (node._meta?.title === 'azit:save' && !known.isOutput) return [{ kind: 'output', node: name }];
  const filledLater = (input: string): boolean =>
    (node._meta?.title === 'azit:lora' && input === 'lora_name') ||
    (node._meta?.title === 'azit:image' && input === 'image');
  const givenNames = namesGiven(given);
  return [...known.inputs].flatMap(([input, spec]): Gap[] => {
    if (!givenNames.has(input)) return spec.required ? [{ kind: 'input', node: name, input }] : [];
    if (given[input] === undefined || filledLater(input)) return [];
    const gap = gapOfValue(given[input], spec, name, input, graph, classes);
    return gap ? [gap] : [];
  });
}

/** A group of inputs is given as `group.part`. */
function namesGiven(given: Record<string, unknown>): Set<string> {
  const names = new Set<string>();
  for (const [key, value] of Object.entries(given)) {
    if (value === null) continue;
    for (let dot = key.indexOf('.'); dot !== -1; dot = key.indexOf('.', dot + 1)) names.add(key.slice(0, dot));
    names.add(key);
  }
  return names;
}

function gapOfValue(
  value: unknown,
  spec: InputSpec,
  node: string,
  input: string,
  graph: ApiGraph,
  classes: Classes,
): Gap | null {
  const problem = isLink(value) ? linkProblem(value, spec, graph, classes) : rangeProblem(value, spec);
  if (problem !== null) return { kind: 'value', node, input, problem };
  if (typeof value !== 'string' || !spec.choices || spec.choices.includes(value)) return null;
  // An upload's list shows only the root of its folder.
  if (spec.isUpload) return /[/[]/.test(value) ? null : { kind: 'file', node, file: value, folder: 'input' };
  // Windows servers list names with backslashes, and take them so only: a name in another spelling is missing too.
  const folder = modelFolders[input];
  if (folder || isModelFile.test(value))
    return {
      kind: 'file',
      node,
      file: value,
      folder: folder ? `models/${folder}` : '?',
      ...spelt(value, spec.choices),
    };
  return { kind: 'option', node, input, value };
}

function spelt(file: string, choices: readonly string[]): { listed?: string } {
  const plain = (name: string) => name.replaceAll('\\', '/');
  const listed = choices.find((choice) => plain(choice) === plain(file));
  return listed === undefined ? {} : { listed };
}

const isLink = (value: unknown): value is [string, number] =>
  Array.isArray(value) && value.length === 2 && typeof value[1] === 'number';

/** Types with a comma are several; `*` and COMFY_... types are decided by the server alone. */
function linkProblem([id, slot]: [string, number], spec: InputSpec, graph: ApiGraph, classes: Classes): string | null {
  const source = graph[id];
  const outputs = source && classes.get(source.class_type)?.outputs;
  if (!outputs) return null;
  const received = outputs[slot];
  const from = `node ${id} (${source.class_type})`;
  if (received === undefined) return `is linked to output ${slot} of ${from}, which has ${outputs.length}`;
  if (spec.type === null || isOpen(spec.type) || isOpen(received)) return null;
  const taken = new Set(spec.type.split(','));
  if (received.split(',').some((type) => taken.has(type))) return null;
  return `takes ${spec.type}, but ${from} outputs ${received}`;
}

const isOpen = (type: string): boolean => type.includes('*') || type.startsWith('COMFY_');

function rangeProblem(value: unknown, { min, max }: InputSpec): string | null {
  if (typeof value !== 'number') return null;
  if (min !== null && value < min) return `is ${value}, below its minimum of ${min}`;
  return max !== null && value > max ? `is ${value}, above its maximum of ${max}` : null;
}

/** One sentence part each, to follow "lacks" or "needs": `the file x in models/vae`. */
export function gapWords(gap: Gap): string {
  switch (gap.kind) {
    case 'node':
      return `the node ${gap.node}`;
    case 'file': {
      if (gap.listed !== undefined)
        return `a file in ${gap.folder} named ${gap.file}, but lists ${gap.listed}: use that name in the graph (${gap.node})`;
      return gap.folder === '?' ? `the file ${gap.file} for ${gap.node}` : `the file ${gap.file} in ${gap.folder}`;
    }
    case 'option':
      return `the choice '${gap.value}' of ${gap.node}'s ${gap.input}`;
    case 'input':
      return `a value for ${gap.node}'s ${gap.input}, which the graph does not set`;
    case 'output':
      return `azit:save on a node that saves images: ${gap.node} does not`;
    case 'version':
      return `ComfyUI ${gap.since} or later (this is ${gap.version}): an older one may lose parts of the model's LoRAs`;
    case 'value':
      return `another value for ${gap.node}'s ${gap.input}: it ${gap.problem}`;
  }
}
