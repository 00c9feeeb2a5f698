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
