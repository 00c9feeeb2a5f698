import { readFile } from 'node:fs/promises';
import type { GraphKind } from '../project/families/family.js';
import { ComfyError } from './errors.js';
import { parseGraph, type ApiGraph } from './graph.js';

/** The graph of a model family, from `project/families/FAMILY/KIND.json` beside the compiled code. */
export async function loadFamilyGraph(family: string, kind: GraphKind): Promise<ApiGraph> {
  const label = `The graph ${kind} of the model family ${family}`;
  if (!/^[a-z0-9-]+$/.test(family)) throw new ComfyError('graph', `'${family}' is not a valid name of a model family.`);
  const file = new URL(`../project/families/${family}/${kind}.json`, import.meta.url);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new ComfyError('graph', `${label} does not exist.`, { cause });
  }
  return parseGraph(JSON.parse(text), label);
}
