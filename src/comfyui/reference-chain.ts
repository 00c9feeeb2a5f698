import { isLink } from '../project/graph-reach.js';
import { ComfyError } from './errors.js';
import type { ApiGraph } from './job.js';

/**
 * A copy of the graph that takes more images, as ComfyUI's own template of FLUX.2 klein does: the nodes from azit:image to
 * the latent of each ReferenceLatent are there once more for each image, and a further ReferenceLatent hangs on the one
 * before. What the graph takes its size from stays the first image.
 */
export function withFurtherImages(graph: ApiGraph, images: readonly string[]): ApiGraph {
  const chained = structuredClone(graph);
  const first = Object.keys(graph).find((id) => graph[id]._meta?.title === 'azit:image');
  const references = referencesOf(graph);
  if (first === undefined || references.length === 0)
    throw new ComfyError('graph', 'The graph takes one image only: it has no ReferenceLatent to chain another one to.');
  const encoding = nodesBetween(graph, first, references);
  const last = references.map(({ id }) => id);
  for (const image of images) {
    const copies = new Map([...encoding].map((id) => [id, copyOf(chained, id)]));
    for (const copy of copies.values()) relink(chained[copy].inputs, (id) => copies.get(id));
    Object.assign(chained[copies.get(first) as string], { inputs: { ...graph[first].inputs, image }, _meta: further });
    for (const [index, { latent }] of references.entries())
      last[index] = chainTo(chained, last[index], [copies.get(latent[0]) as string, latent[1]]);
  }
  return chained;
}

const further = { title: 'Further image' };

interface Reference {
  id: string;
  latent: [string, number];
}

const referencesOf = (graph: ApiGraph): Reference[] =>
  Object.entries(graph).flatMap(([id, { class_type, inputs }]) =>
    class_type === 'ReferenceLatent' && isLink(inputs.latent)
      ? [{ id, latent: [String(inputs.latent[0]), inputs.latent[1]] }]
      : [],
  );

/** Whoever took the conditioning of `before` takes the new one's. @returns its id */
function chainTo(graph: ApiGraph, before: string, latent: Reference['latent']): string {
  const after = copyOf(graph, before);
  for (const { inputs } of Object.values(graph)) relink(inputs, (id) => (id === before ? after : undefined));
  Object.assign(graph[after].inputs, { conditioning: [before, 0], latent });
  return after;
}

/** From the image up to what a reference takes its latent from, both included. */
function nodesBetween(graph: ApiGraph, first: string, references: readonly Reference[]): Set<string> {
  const between = new Set<string>();
  const leadsFromFirst = (id: string): boolean => {
    const from = Object.values(graph[id].inputs).flatMap((value) => (isLink(value) ? [String(value[0])] : []));
    const isBetween = id === first || from.map(leadsFromFirst).some(Boolean);
    if (isBetween) between.add(id);
    return isBetween;
  };
  for (const { latent } of references) leadsFromFirst(latent[0]);
  return between;
}

/** Under the next free number. */
function copyOf(graph: ApiGraph, id: string): string {
  const free = String(1 + Math.max(...Object.keys(graph).map((taken) => Number(taken) || 0)));
  graph[free] = structuredClone(graph[id]);
  return free;
}

function relink(inputs: Record<string, unknown>, to: (id: string) => string | undefined): void {
  for (const [input, value] of Object.entries(inputs)) {
    const id = isLink(value) && to(String(value[0]));
    if (id) inputs[input] = [id, (value as [string, number])[1]];
  }
}
