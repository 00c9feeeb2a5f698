import { z } from 'zod';
import type { Connection } from './connection.js';
import type { ApiGraph } from './graph.js';
import { parseReply } from './replies.js';

/** What a server lacks for a graph. */
export type Gap =
  | { kind: 'node'; node: string }
  | { kind: 'file'; node: string; file: string; folder: string }
  /** An option that this version of the node does not offer. */
  | { kind: 'option'; node: string; input: string; value: string };

const inputs = z.record(z.string(), z.unknown()).default({});
const objectInfo = z.record(
  z.string(),
  z.object({ input: z.object({ required: inputs, optional: inputs }).partial().default({}) }),
);

/** Folders below ComfyUI's models/, by the inputs that name files in them. */
const folderOfInput: Record<string, string> = {
  ckpt_name: 'checkpoints',
  unet_name: 'diffusion_models',
  clip_name: 'text_encoders',
  clip_name1: 'text_encoders',
  clip_name2: 'text_encoders',
  clip_name3: 'text_encoders',
  vae_name: 'vae',
  lora_name: 'loras',
  control_net_name: 'controlnet',
  style_model_name: 'style_models',
};
const isModelFile = /\.(safetensors|sft|ckpt|pth?|bin|gguf)$/i;

/** What a server has, by its own account, each node class asked for once. Changes nothing on it. */
export class Inventory {
  readonly #options = new Map<string, Promise<Map<string, string[]> | null>>();

  constructor(private readonly connection: Connection) {}

  /** Each gap once. @throws ComfyError */
  async gapsOf(graph: ApiGraph): Promise<Gap[]> {
    const gaps = new Map<string, Gap>();
    for (const { class_type: node, inputs: given, _meta } of Object.values(graph)) {
      const options = await this.#optionsOf(node);
      const found = options
        ? gapsOfNode(node, given, options, _meta?.title === 'azit:lora')
        : [{ kind: 'node', node } as const];
      for (const gap of found) gaps.set(JSON.stringify(gap), gap);
    }
    return [...gaps.values()];
  }

  /** The choices of each input that has any; null: there is no such node. */
  #optionsOf(node: string): Promise<Map<string, string[]> | null> {
    let known = this.#options.get(node);
    if (!known) this.#options.set(node, (known = this.#ask(node)));
    return known;
  }

  async #ask(node: string): Promise<Map<string, string[]> | null> {
    const path = `/object_info/${encodeURIComponent(node)}`;
    const info = parseReply(this.connection, objectInfo, await this.connection.getJson(path), '/object_info');
    if (!Object.hasOwn(info, node)) return null;
    const { required = {}, optional = {} } = info[node].input;
    const choices = Object.entries({ ...required, ...optional }).map(
      ([input, spec]) => [input, choicesOf(spec)] as const,
    );
    return new Map(choices.flatMap(([input, names]) => (names ? [[input, names]] : [])));
  }
}

/** `[["a", "b"], {}]`, or since 0.3.5x also `["COMBO", {"options": ["a", "b"]}]`. */
function choicesOf(spec: unknown): string[] | null {
  const parsed = z
    .union([
      z.tuple([z.array(z.unknown())], z.unknown()).transform(([names]) => names),
      z
        .tuple([z.string(), z.object({ options: z.array(z.unknown()) })], z.unknown())
        .transform(([, { options }]) => options),
    ])
    .safeParse(spec);
  return parsed.success ? parsed.data.map(String) : null;
}

function gapsOfNode(
  node: string,
  given: Record<string, unknown>,
  options: ReadonlyMap<string, string[]>,
  isLoraLater: boolean,
): Gap[] {
  return Object.entries(given).flatMap(([input, value]): Gap[] => {
    const choices = options.get(input);
    // An upload's list shows only the root of its folder.
    if (typeof value !== 'string' || !choices || input === 'image') return [];
    if (isLoraLater && input === 'lora_name') return [];
    // Windows servers list names with backslashes, and take them so only: a name in another spelling is missing too.
    if (choices.includes(value)) return [];
    const folder = folderOfInput[input];
    if (folder || isModelFile.test(value)) return [{ kind: 'file', node, file: value, folder: folder ?? '?' }];
    return [{ kind: 'option', node, input, value }];
  });
}

/** One sentence part each: `the file x in models/vae`. */
export function gapWords(gap: Gap): string {
  switch (gap.kind) {
    case 'node':
      return `the node ${gap.node}`;
    case 'file':
      return gap.folder === '?'
        ? `the file ${gap.file} for ${gap.node}`
        : `the file ${gap.file} in models/${gap.folder}`;
    case 'option':
      return `the choice '${gap.value}' of ${gap.node}'s ${gap.input}`;
  }
}
