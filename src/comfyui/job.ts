import type { ApiGraph } from './graph.js';

export interface RenderJob {
  /** Lower-case UUID; the same work has the same id in every attempt. */
  promptId: string;
  graph: ApiGraph;
  /** Nothing of it from the server's cache, which knows model files by name alone: their content may be another by now. */
  fresh?: boolean;
}
