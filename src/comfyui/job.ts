import type { ApiGraph } from './graph.js';

export interface RenderJob {
  /** Lower-case UUID; the same work has the same id in every attempt. */
  promptId: string;
  graph: ApiGraph;
}
