import { readFile } from 'node:fs/promises';
import type { Tensor } from '../model/types.js';
import { layerShapes } from './layers.js';
import { readSafetensors } from './safetensors.js';
import type { AppliedLora } from './values.js';

/** The tensors of an adapter file. @throws PythonError SafetensorError. */
export async function loadAdapter(path: string): Promise<Map<string, Tensor>> {
  return readSafetensors(await readFile(path)).tensors;
}

/**
 * Lays an adapter over the model as ComfyUI does: what fits is applied; a key that no layer knows and a pair whose
 * product has another size than its layer only leave a line in the log.
 */
export function applyAdapter(
  tensors: ReadonlyMap<string, Tensor>,
  strength: number,
  log: (line: string) => void,
): AppliedLora {
  const kept = new Map<string, Tensor>();
  for (const name of tensors.keys()) if (!layerOf(name)) log(warning(`lora key not loaded: ${name}`));
  for (const [layer, [rows, columns]] of layerShapes) {
    const [downName, upName] = [`${layer}.lora_A.weight`, `${layer}.lora_B.weight`];
    const [down, up] = [tensors.get(downName), tensors.get(upName)];
    if (!down || !up) continue;
    const size = (up.shape[0] ?? 0) * (down.data.length / (down.shape[0] ?? 1));
    if (size !== rows * columns || up.shape[1] !== down.shape[0]) {
      log(error(`lora ${layer}.weight shape '[${rows}, ${columns}]' is invalid for input of size ${size}`));
      continue;
    }
    kept.set(downName, down);
    kept.set(upName, up);
    const alpha = tensors.get(`${layer}.alpha`);
    if (alpha) kept.set(`${layer}.alpha`, alpha);
  }
  const finite = strength === 0 || [...kept.values()].every(({ data }) => data.every(Number.isFinite));
  return { tensors: kept, strength, finite };
}

function layerOf(name: string): boolean {
  const layer = name.replace(/\.(lora_[AB]\.weight|alpha)$/, '');
  return layer !== name && layerShapes.has(layer);
}

// 0.33.0 colours its log lines.
const warning = (line: string) => `\u001b[1m\u001b[33m[WARNING]\u001b[0m ${line}`;
const error = (line: string) => `\u001b[1m\u001b[31m[ERROR]\u001b[0m ERROR ${line}`;
