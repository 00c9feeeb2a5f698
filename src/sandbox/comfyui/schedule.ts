import { linksOf, type Graph } from './graph.js';
import { nodeClasses } from './nodes/index.js';

/** The order in which ComfyUI runs nodes: those that are free, output nodes and what leads straight to them first. */
export class Schedule {
  /** Node -> the nodes that wait for it. */
  private blocking = new Map<string, Set<string>>();
  private blockCount = new Map<string, number>();

  /** Takes in `outputs` and all they need, leaving out what `isCached`. */
  constructor(
    private readonly graph: Graph,
    outputs: string[],
    isCached: (id: string) => boolean,
  ) {
    const open = [...outputs];
    const links: [from: string, to: string][] = [];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (this.blocking.has(id)) continue;
      this.blocking.set(id, new Set());
      this.blockCount.set(id, 0);
      for (const [from] of linksOf(graph[id]))
        if (!isCached(from)) {
          open.push(from);
          links.push([from, id]);
        }
    }
    for (const [from, to] of links) this.block(from, to);
  }

  /** The node to run now, or null when none is left. */
  next(): string | null {
    const ready = [...this.blocking.keys()].filter((id) => this.blockCount.get(id) === 0);
    const waitingFor = (id: string) => [...(this.blocking.get(id) ?? [])];
    return (
      ready.find((id) => this.isOutput(id)) ??
      ready.find((id) => waitingFor(id).some((next) => this.isOutput(next))) ??
      ready.find((id) => waitingFor(id).some((next) => waitingFor(next).some((last) => this.isOutput(last)))) ??
      ready[0] ??
      null
    );
  }

  done(id: string): void {
    for (const next of this.blocking.get(id) ?? []) this.blockCount.set(next, (this.blockCount.get(next) ?? 1) - 1);
    this.blocking.delete(id);
  }

  private block(from: string, to: string): void {
    const waiting = this.blocking.get(from);
    if (!waiting || waiting.has(to)) return;
    waiting.add(to);
    this.blockCount.set(to, (this.blockCount.get(to) ?? 0) + 1);
  }

  private isOutput(id: string): boolean {
    return nodeClasses.get(this.graph[id].class_type)?.outputNode ?? false;
  }
}
