import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { saveNodeIds, type ApiGraph } from './graph.js';

/**
 * Removes the pictures of a graph from the server's output folder, once they are kept elsewhere. HTTP offers no way to
 * do so, hence only for a folder that this process shares. Only names that AZIT made: `azit/0123456789abcdef_00001_.png`.
 */
export async function removeOutputs(graphs: readonly ApiGraph[], outputDir: string | undefined): Promise<void> {
  if (!outputDir || graphs.length === 0) return;
  const prefixes = new Set(graphs.flatMap(ourPrefix));
  const folder = join(outputDir, 'azit');
  for (const name of await readdir(folder).catch(() => [])) {
    const [, prefix] = /^([0-9a-f]{16})_\d+_\.(?:png|jpe?g|webp)$/.exec(name) ?? [];
    if (prefix && prefixes.has(prefix)) await rm(join(folder, name), { force: true });
  }
}

function ourPrefix(graph: ApiGraph): string[] {
  const [id] = saveNodeIds(graph);
  const prefix = id === undefined ? null : graph[id].inputs.filename_prefix;
  return typeof prefix === 'string' && /^azit\/[0-9a-f]{16}$/.test(prefix) ? [basename(prefix)] : [];
}
