import { hashText, normal, seededRandom } from '../head/random.js';
import { inGroups, PARAMETERS, type Scene } from '../head/scene.js';
import type { Token } from './prompt.js';
import type { LoraWeights, Tensor } from './types.js';

/** Length of a token's embedding. Long enough that unrelated words hardly overlap. */
export const EMBEDDING = 256;

/** The scene numbers that an adapter can move: all of them. */
export const TRAINABLE: readonly number[] = inGroups(
  'identity',
  'view',
  'expression',
  'light',
  'makeup',
  'clothes',
  'background',
  'accessory',
);

/** `scene` moves the numbers; `prior` says how much of the seed's own choice gives way to that. */
export const MODULES = ['scene', 'prior'] as const;
export type Module = (typeof MODULES)[number];

export function tensorName(module: Module, part: 'lora_A.weight' | 'lora_B.weight' | 'alpha'): string {
  return `diffusion_model.${module}.${part}`;
}

const embeddings = new Map<string, Float32Array>();
const EMBEDDINGS_KEPT = 2000;

/** Every word has an embedding, drawn from its own hash: unit length on average, unrelated to all others. */
function embed(word: string): Float32Array {
  let found = embeddings.get(word);
  if (!found) {
    const random = seededRandom(hashText(word));
    found = Float32Array.from({ length: EMBEDDING }, () => normal(random) / Math.sqrt(EMBEDDING));
    if (embeddings.size >= EMBEDDINGS_KEPT) embeddings.clear();
    embeddings.set(word, found);
  }
  return found;
}

/** The text as the adapter sees it: the weighted sum of its tokens' embeddings; a repeated word counts once. */
export function encode(tokens: readonly Token[]): Float64Array {
  const out = new Float64Array(EMBEDDING);
  for (const { text, weight } of new Map(tokens.map((token) => [token.text, token])).values()) {
    const word = embed(text);
    for (let i = 0; i < EMBEDDING; i++) out[i] += weight * word[i];
  }
  return out;
}

/** How much of the seed's choice stays at adapter output `x`: exactly all of it at 0, less as x grows. */
export function keepOfSeed(x: number): number {
  return 1 / (1 + KEEP_TAIL * (Math.exp(Math.min(30, x)) - 1));
}

/** Small, so that the seed holds on until the adapter is rather sure. */
export const KEEP_TAIL = 0.5;

export interface Shift {
  /** In spreads of each trainable number. */
  delta: Float64Array;
  keep: Float64Array;
}

/** Adds up what all adapters make of a text. Files whose tensors are not ours, or not of our shape, do nothing. */
export function shiftOf(loras: readonly LoraWeights[], text: Float64Array): Shift {
  const delta = new Float64Array(TRAINABLE.length);
  const doubt = new Float64Array(TRAINABLE.length);
  for (const { tensors, strength } of loras) {
    if (!Number.isFinite(strength) || strength === 0) continue;
    addModule(tensors, 'scene', text, strength, delta);
    addModule(tensors, 'prior', text, strength, doubt);
  }
  return { delta, keep: doubt.map(keepOfSeed) };
}

function addModule(
  tensors: ReadonlyMap<string, Tensor>,
  module: Module,
  text: Float64Array,
  strength: number,
  into: Float64Array,
): void {
  const a = tensors.get(tensorName(module, 'lora_A.weight'));
  const b = tensors.get(tensorName(module, 'lora_B.weight'));
  if (!a || !b || a.shape[1] !== EMBEDDING || b.shape[0] !== TRAINABLE.length || a.shape[0] !== b.shape[1]) return;
  const rank = a.shape[0];
  const alpha = tensors.get(tensorName(module, 'alpha'))?.data[0] ?? rank;
  const scale = (strength * alpha) / rank;
  for (let r = 0; r < rank; r++) {
    let hidden = 0;
    for (let e = 0; e < EMBEDDING; e++) hidden += a.data[r * EMBEDDING + e] * text[e];
    for (let d = 0; d < into.length; d++) into[d] += scale * hidden * b.data[d * rank + r];
  }
}

/** What a prompt says outright gives way to an adapter only this much. */
export const SAID_GIVES = 0.25;

/** What words say: the numbers they pin, and which those are. */
export interface Said {
  scene: Scene;
  pinned: ReadonlySet<number>;
}

/** How far a unit of `delta` moves each trainable number, given what the words have pinned. */
export function reachOf({ pinned }: Said): Float64Array {
  return Float64Array.from(TRAINABLE, (index) => PARAMETERS[index].spread * (pinned.has(index) ? SAID_GIVES : 1));
}

/** The scene as the adapters want it; `own` is what seed and words, or a reference, make of it without them. */
export function applyShift(said: Said, own: Scene, { delta, keep }: Shift): Scene {
  const out = Float64Array.from(own);
  const reach = reachOf(said);
  TRAINABLE.forEach((index, d) => {
    out[index] = said.scene[index] + (own[index] - said.scene[index]) * keep[d] + reach[d] * delta[d];
  });
  return out;
}
