import type { RenderBatchInput, OwnGraphs } from '../run/contracts.js';

type DrawnBy = Pick<RenderBatchInput, 'graph' | 'ownGraph' | 'withoutLora'>;

export const withLora = (graphs: OwnGraphs | undefined): DrawnBy => {
  return { graph: 'text-to-image-lora', ownGraph: graphs?.['text-to-image-lora'] };
};

/**
 * What a picture with a LoRA is compared with comes from the graph that drew that one, with the LoRA led past: drawn by
 * another graph it would differ in size, sampler or style, and the LoRA would be given the credit. The family's two
 * graphs are alike but for the LoRA.
 */
export function withoutLora(graphs: OwnGraphs | undefined): DrawnBy {
  const ownGraph = graphs?.['text-to-image-lora'];
  return { graph: 'text-to-image', ...(ownGraph ? { ownGraph, withoutLora: true } : {}) };
}
