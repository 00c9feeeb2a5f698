import { isLink } from './graph-reach.js';

interface Node {
  class_type: string;
  inputs: Record<string, unknown>;
  _meta?: { title?: string };
}
type Graph = Record<string, Node>;
type Link = [string | number, number];

/** How loaders of LoRAs name their strengths. All that a node has are filled in. */
export const strengthInputs = [
  'strength_model',
  'strength_clip',
  'strength',
  'lora_model_strength',
  'lora_clip_strength',
  'model_strength',
  'clip_strength',
  'lora_strength',
  'model_weight',
  'clip_weight',
  'lora_weight',
  'weight',
];

/** What a loader of LoRAs gives on, by output, and the input that it is made from. */
const passed = ['model', 'clip'];
const mostChained = 50;

const isLora = (node: Node | undefined): boolean => node?._meta?.title === 'azit:lora';

/** Past every node titled azit:lora to where its model or clip comes from; null where it has no such input. */
function pastLoras(graph: Graph, link: Link): Link | null {
  let at = link;
  // A ring of loaders would go round for ever; nobody chains so many.
  for (let steps = 0; steps < mostChained; steps += 1) {
    const node = graph[String(at[0])];
    if (!isLora(node)) return at;
    const from = node.inputs[passed[at[1]]];
    if (!isLink(from)) return null;
    at = from;
  }
  return null;
}

/**
 * The same graph with its LoRA led past: what took from a node titled azit:lora takes from what that node took from. So
 * the pictures without LoRA that a checkpoint is compared with differ from it in the LoRA alone.
 */
export function withoutLora<G extends Graph>(graph: G): G {
  const bare = structuredClone(graph);
  for (const { inputs } of Object.values(bare))
    for (const [name, value] of Object.entries(inputs))
      if (isLink(value)) inputs[name] = pastLoras(graph, value) ?? value;
  for (const [id, node] of Object.entries(bare)) if (isLora(node)) delete bare[id];
  return bare;
}

export const loraCure = 'give the title to a LoraLoader or LoraLoaderModelOnly node';

/** Why the graph can't be drawn without its LoRA, each to follow the file's name. Empty: it can. */
export function bypassProblems(graph: Graph): string[] {
  const stuck = new Set<string>();
  for (const [id, { inputs }] of Object.entries(graph)) {
    if (isLora(graph[id])) continue;
    for (const value of Object.values(inputs))
      if (isLink(value) && isLora(graph[String(value[0])]) && !pastLoras(graph, value)) stuck.add(String(value[0]));
  }
  return [...stuck].map(
    (id) =>
      `can't be rendered without its LoRA, which the baseline needs: node ${id} (${graph[id].class_type}), titled ` +
      `'azit:lora', has outputs other than model and clip; ${loraCure}`,
  );
}
