/** A graph as ComfyUI exports it in API format: node id to node; an input is a value or a link [node id, output index]. */
export type ApiGraph = Record<
  string,
  { class_type: string; inputs: Record<string, unknown>; _meta?: { title?: string } }
>;
