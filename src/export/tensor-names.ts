/** How the tensors of a LoRA are named, by who reads them so. */
export type KeyStyle = 'kohya' | 'diffusers' | 'comfyui';
export const formats = ['diffusers', 'kohya'] as const;
export type Format = (typeof formats)[number];

/** A file is of a style where every one of its tensors is. */
const styles: Record<KeyStyle, RegExp> = {
  kohya: /^lora_(unet|transformer|te\d?)_\w+\.(lora_(down|up)\.weight|alpha)$/,
  diffusers: /^(transformer|unet|text_encoder(_\d)?)\.[\w.]+\.lora_[AB]\.weight$/,
  comfyui: /^diffusion_model\.[\w.]+\.(lora_(A|B|down|up)\.weight|alpha)$/,
};

/** null: a mixture, or a kind of adapter that none of them names so (LoKr, DoRA). */
export function keyStyleOf(names: readonly string[]): KeyStyle | null {
  const [style = null] = (Object.keys(styles) as KeyStyle[]).filter((style) =>
    names.every((name) => styles[style].test(name)),
  );
  return names.length === 0 ? null : style;
}

/**
 * Kohya writes a module's path with underscores in place of dots. What reads it back has to know which of them belong to
 * a name: these are all that diffusers' UNet and CLIP's text encoder have, so a name that is not here is not guessed.
 */
const unetNames = [
  ...['down_blocks', 'up_blocks', 'mid_block', 'transformer_blocks', 'attentions', 'resnets', 'downsamplers'],
  ...['upsamplers', 'attn1', 'attn2', 'to_q', 'to_k', 'to_v', 'to_out', 'ff', 'net', 'proj', 'proj_in', 'proj_out'],
  ...['conv', 'conv1', 'conv2', 'conv_in', 'conv_out', 'conv_shortcut', 'time_emb_proj', 'time_embedding'],
  ...['add_embedding', 'linear_1', 'linear_2'],
];
const textNames = [
  ...['text_model', 'encoder', 'layers', 'self_attn', 'q_proj', 'k_proj', 'v_proj', 'out_proj', 'mlp', 'fc1', 'fc2'],
  'text_projection',
];

/** Kohya's prefixes, and the part of a pipeline that each means in diffusers. */
const parts: [prefix: string, part: string, names: ReadonlySet<string>][] = [
  ['lora_unet_', 'unet', new Set(unetNames)],
  ['lora_te_', 'text_encoder', new Set(textNames)],
  ['lora_te1_', 'text_encoder', new Set(textNames)],
  ['lora_te2_', 'text_encoder_2', new Set(textNames)],
];

/** `lora_unet_mid_block_attentions_0_proj_in` -> `unet.mid_block.attentions.0.proj_in`; null: it has a name of its own. */
export function dottedModule(kohya: string): string | null {
  const found = parts.find(([prefix]) => kohya.startsWith(prefix));
  if (!found) return null;
  const [prefix, part, names] = found;
  const words = kohya.slice(prefix.length).split('_');
  const path: string[] = [part];
  while (words.length > 0) {
    // The longest first: `to_out` and `conv_in` before what they begin with.
    const taken = [3, 2, 1].find((count) => count <= words.length && isName(names, words.slice(0, count)));
    if (taken === undefined) return null;
    path.push(words.splice(0, taken).join('_'));
  }
  return path.join('.');
}

const isName = (names: ReadonlySet<string>, words: readonly string[]): boolean =>
  names.has(words.join('_')) || (words.length === 1 && /^\d+$/.test(words[0]));
