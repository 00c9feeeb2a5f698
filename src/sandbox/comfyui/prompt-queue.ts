import type { ExecutionResult } from './executor.js';
import type { Graph } from './graph.js';
import { History } from './history.js';

export interface QueueItem {
  /** Lower runs first. */
  number: number;
  promptId: string;
  graph: Graph;
  extraData: Record<string, unknown>;
  /** Ends the worker as it begins: it stays the running one for ever, and the server goes on answering. */
  killsWorker?: boolean;
  /** The output nodes that were found valid. */
  outputs: string[];
}

/** As it goes over the wire: `[5, "8ecae624-...", {graph}, {extra_data}, ["3"]]`. */
export type QueueTuple = [number, string, Graph, Record<string, unknown>, string[]];

export function tupleOf({ number, promptId, graph, extraData, outputs }: QueueItem): QueueTuple {
  return [number, promptId, graph, extraData, outputs];
}

/** What waits, what runs, what is done. All of it in memory only, as in ComfyUI: a restart forgets it. */
export class PromptQueue {
  readonly history = new History();
  pending: QueueItem[] = [];
  running: QueueItem | null = null;
  private counter = 0;
  private wake: (() => void) | null = null;
  private freeRequested = false;

  /** @param onChange told whenever the number of prompts to do changes. */
  constructor(private readonly onChange: () => void) {}

  get remaining(): number {
    return this.pending.length + (this.running ? 1 : 0);
  }

  /** The number of the next prompt that does not bring its own. */
  takeNumber(): number {
    return this.counter++;
  }

  /** @throws TypeError when number and id equal those of a waiting one, yet both are queued (ComfyUI compares dicts). */
  put(item: QueueItem): void {
    const clash = this.pending.some(({ number, promptId }) => number === item.number && promptId === item.promptId);
    this.pending.push(item);
    this.pending.sort((a, b) => a.number - b.number || (a.promptId < b.promptId ? -1 : 1));
    if (clash) throw new TypeError("'<' not supported between instances of 'dict' and 'dict'");
    this.onChange();
    this.stir();
  }

  /** The next prompt, or null after a /free or `close` while nothing waits. */
  async take(): Promise<QueueItem | null> {
    if (this.pending.length === 0 && !this.freeRequested) await new Promise<void>((resolve) => (this.wake = resolve));
    this.running = this.pending.shift() ?? null;
    if (this.running) this.onChange();
    return this.running;
  }

  done(item: QueueItem, result: ExecutionResult): void {
    this.running = null;
    this.history.add(item, result);
    this.onChange();
  }

  clear(): void {
    this.pending = [];
    this.onChange();
  }

  remove(promptId: string): boolean {
    const at = this.pending.findIndex((item) => item.promptId === promptId);
    if (at < 0) return false;
    this.pending.splice(at, 1);
    this.onChange();
    return true;
  }

  /** Between prompts, all caches are dropped. */
  requestFree(): void {
    this.freeRequested = true;
    this.stir();
  }

  takeFreeRequest(): boolean {
    const requested = this.freeRequested;
    this.freeRequested = false;
    return requested;
  }

  stir(): void {
    this.wake?.();
    this.wake = null;
  }
}
