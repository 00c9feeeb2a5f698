import { z } from 'zod';
import { parseJson } from '../../files/json.js';

const graph = z.record(z.string(), z.object({ inputs: z.record(z.string(), z.unknown()).default({}) }));
const modelFile = /\.(safetensors|sft|ckpt|pth?|bin|gguf)$/i;

/** The model files that a graph names, each once, in the order of its nodes. Empty for what is no graph. */
export function modelsOf(bytes: Buffer): string[] {
  const parsed = graph.safeParse(jsonOrNull(bytes));
  if (!parsed.success) return [];
  const values = Object.values(parsed.data).flatMap(({ inputs }) => Object.values(inputs));
  return [...new Set(values.filter((value) => typeof value === 'string').filter((value) => modelFile.test(value)))];
}

function jsonOrNull(bytes: Buffer): unknown {
  try {
    return parseJson(bytes);
  } catch {
    return null;
  }
}
