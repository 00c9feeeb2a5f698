interface NodeProgress {
  value: number;
  max: number;
  state: 'running' | 'finished';
}

/** The progress of one prompt's nodes, told whole each time (`progress_state`). */
export class ProgressRegistry {
  private nodes = new Map<string, NodeProgress>();

  constructor(
    private readonly promptId: string,
    private readonly send: (event: string, data: Record<string, unknown>) => void,
  ) {}

  start(id: string): void {
    this.nodes.set(id, { value: 0, max: 1, state: 'running' });
    this.tell();
  }

  update(id: string, value: number, max: number): void {
    this.nodes.set(id, { value, max, state: 'running' });
    this.tell();
    this.send('progress', { value, max, prompt_id: this.promptId, node: id });
  }

  finish(id: string): void {
    const max = this.nodes.get(id)?.max ?? 1;
    this.nodes.set(id, { value: max, max, state: 'finished' });
    this.tell();
  }

  private tell(): void {
    const nodes = Object.fromEntries([...this.nodes].map(([id, progress]) => [id, this.entry(id, progress)]));
    this.send('progress_state', { prompt_id: this.promptId, nodes });
  }

  private entry(id: string, progress: NodeProgress): Record<string, unknown> {
    const names = { display_node_id: id, parent_node_id: null, real_node_id: id };
    return { ...progress, node_id: id, prompt_id: this.promptId, ...names };
  }
}
