import { editorOf, graphKindsServed, isEditor, type ServedName } from '../project/families/editors.js';
import { familyOf } from '../project/families/index.js';
import type { ComfyClient } from './client.js';
import { ComfyError } from './errors.js';
import { loadFamilyGraph } from './graph.js';

/** The first ComfyUI whose own templates have a model; undefined: any has it. */
export const sinceOf = (name: ServedName): string | undefined =>
  isEditor(name) ? editorOf(name).comfyui : familyOf(name).comfyui;

type Asked = Pick<ComfyClient, 'address' | 'stats' | 'inventory'>;

/** What was found to be new enough is not asked again; a restarted server is. */
const fulfilled = new WeakMap<Asked, Set<string>>();

/**
 * Before the first image: an older server renders the newer models and loses parts of their LoRAs without a word, and what
 * the graphs of later stages need is to be missed now. @throws ComfyError 'missing-on-server'
 */
export async function requireFor(comfy: Asked, name: ServedName): Promise<void> {
  const since = sinceOf(name);
  if (since === undefined) return;
  const { version } = await comfy.stats();
  const known = `${name} ${version}`;
  if (fulfilled.get(comfy)?.has(known)) return;
  const at = `ComfyUI at ${comfy.address}`;
  if (olderThan(version, since))
    throw new ComfyError(
      'missing-on-server',
      `${at} is version ${version}, but ${name} needs ${since} or later: an older one may lose parts of the model's LoRAs. Update ComfyUI.`,
    );
  const inventory = comfy.inventory();
  for (const kind of graphKindsServed(name).filter((kind) => isEditor(name) || kind !== 'edit')) {
    const graph = await loadFamilyGraph(name, kind);
    const missing = (await inventory.gapsOf(graph)).flatMap((gap) => (gap.kind === 'node' ? [gap.node] : []));
    if (missing.length > 0)
      throw new ComfyError(
        'missing-on-server',
        `${at} has no node ${missing.join(', ')}, which ${name} needs: update ComfyUI.`,
        { wanted: graph },
      );
  }
  fulfilled.set(comfy, (fulfilled.get(comfy) ?? new Set()).add(known));
}

/** Whether a version, `0.3.64`, is before another. What is no number counts as 0: a pre-release is its release. */
export function olderThan(version: string, other: string): boolean {
  const [a, b] = [version, other].map((text) => text.split(/[.+-]/).map((part) => Number.parseInt(part, 10) || 0));
  for (let at = 0; at < b.length; at += 1) if ((a[at] ?? 0) !== b[at]) return (a[at] ?? 0) < b[at];
  return false;
}
