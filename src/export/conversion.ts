import type { TensorInfo } from '../artifacts/safetensors.js';
import { alphaBytes, isAlpha } from './alphas.js';
import { ExportError } from './errors.js';
import { keyStyleOf, type Format, type KeyStyle, dottedModule } from './tensor-names.js';

/** A tensor of the new file: the bytes of one of the old, or a number that the old naming leaves unsaid. */
export type Renamed = { name: string; from: TensorInfo } | { name: string; alpha: number };

export interface ConversionInput {
  format: Format;
  /** The model family's name. */
  family: string;
  tensors: readonly TensorInfo[];
  /** The bytes of the file's alphas, by the name of their tensor. */
  alphas: ReadonlyMap<string, Buffer>;
  /** For messages. */
  label: string;
}

/** Families whose transformer has in ComfyUI the names that it has in diffusers. */
const sameNames = ['qwen-image'];
/** Families whose LoRAs kohya's trainers name by the same modules; for FLUX and SD3 they fuse q, k and v into one. */
const kohyaSameModules = ['qwen-image'];

/**
 * The file in another naming, where that is exact: every tensor keeps its bytes, and a reader of the new naming scales it
 * as one of the old does. null: it is in this format already.
 * @throws ExportError not-exact
 */
export function convert(input: ConversionInput): Renamed[] | null {
  const { format, family, tensors, label } = input;
  const names = tensors.map(({ name }) => name);
  const style = keyStyleOf(names);
  if (style === format) return null;
  if (style === 'kohya') return kohyaToDiffusers(input);
  if (style === 'comfyui' && sameNames.includes(family) && names.every((name) => /\.lora_[AB]\.weight$/.test(name)))
    return format === 'diffusers' ? comfyuiToDiffusers(tensors) : toKohya(tensors);
  if (style === 'diffusers' && kohyaSameModules.includes(family)) return toKohya(tensors);
  throw notExact(label, `it is in ${isIn(style, names)}, and AZIT knows no exact conversion of ${family} to ${format}`);
}

/** Diffusers has no alpha: it reads each module as scaled by 1, which is alpha equal to the rank. */
function kohyaToDiffusers({ tensors, alphas, label }: ConversionInput): Renamed[] {
  const ranks = new Map(
    tensors.filter(({ name }) => isDown(name)).map(({ name, shape }) => [moduleOf(name), shape[0]]),
  );
  // Older releases of diffusers scale modules of another rank than most.
  if (new Set(ranks.values()).size > 1)
    throw notExact(label, `its modules have different ranks (${[...new Set(ranks.values())].join(', ')})`);
  const scaled = tensors.filter(isAlpha).find(({ name, dtype }) => {
    const wanted = alphaBytes(ranks.get(moduleOf(name)) ?? 0, dtype);
    return !wanted || !alphas.get(name)?.equals(wanted);
  });
  if (scaled) {
    const rank = ranks.get(moduleOf(scaled.name));
    throw notExact(label, `${scaled.name} is not ${rank}, the rank, and diffusers scales by no alpha`);
  }
  return tensors.flatMap((from): Renamed[] => {
    const module = moduleOf(from.name);
    const dotted = dottedModule(module);
    if (dotted === null) throw notExact(label, `diffusers has no module ${module}`);
    if (isAlpha(from)) return [];
    return [{ name: `${dotted}.lora_${isDown(from.name) ? 'A' : 'B'}.weight`, from }];
  });
}

const comfyuiToDiffusers = (tensors: readonly TensorInfo[]): Renamed[] =>
  tensors.map((from) => ({ name: from.name.replace(/^diffusion_model\./, 'transformer.'), from }));

/** With its alpha, which kohya's readers take for 1 or refuse to do without. */
function toKohya(tensors: readonly TensorInfo[]): Renamed[] {
  return tensors.flatMap((from): Renamed[] => {
    const [, module, side] = /^(?:diffusion_model|transformer)\.(.+)\.lora_([AB])\.weight$/.exec(from.name) ?? [];
    const kohya = `lora_unet_${module.replaceAll('.', '_')}`;
    if (side === 'B') return [{ name: `${kohya}.lora_up.weight`, from }];
    return [
      { name: `${kohya}.lora_down.weight`, from },
      { name: `${kohya}.alpha`, alpha: from.shape[0] },
    ];
  });
}

const isDown = (name: string): boolean => name.endsWith('.lora_down.weight');
const moduleOf = (name: string): string => name.slice(0, name.indexOf('.'));

function isIn(style: KeyStyle | null, names: readonly string[]): string {
  const such = `(with tensors such as ${names[0] ?? 'none at all'})`;
  return style ? `the format ${style} ${such}` : `no format that AZIT knows ${such}`;
}

const notExact = (label: string, why: string): ExportError =>
  new ExportError('not-exact', `${label} can't be converted exactly: ${why}.`);
