import { fillGraph, promptIdOf, type ApiGraph, type RenderJob } from '../../src/comfyui/index.js';

/** Of this process: no server has drawn any of it before. */
let seeds = Date.now() * 1000;

export const newJobs = (graph: ApiGraph, count: number): RenderJob[] =>
  Array.from({ length: count }, () => {
    const seed = ++seeds;
    return { promptId: promptIdOf(['bench', String(seed)]), graph: fillGraph(graph, { prompt: 'a face', seed }) };
  });
