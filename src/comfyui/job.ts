/** A graph as ComfyUI exports it in API format: node id to node; an input is a value or a link [node id, output index]. */
export type ApiGraph = Record<
  string,
  { class_type: string; inputs: Record<string, unknown>; _meta?: { title?: string } }
>;

export interface RenderJob {
  /** Lower-case UUID; the same work has the same id in every attempt. */
  promptId: string;
  graph: ApiGraph;
  /** Nothing of it from the server's cache, which knows model files by name alone: their content may be another by now. */
  fresh?: boolean;
}
