import type { ExecutionResult } from './executor.js';
import { tupleOf, type QueueItem, type QueueTuple } from './prompt-queue.js';

/** Oldest entries are dropped beyond this (ComfyUI's MAXIMUM_HISTORY_SIZE). */
const LIMIT = 10_000;

export type HistoryEntry = { prompt: QueueTuple } & ExecutionResult;

/** What ran. A prompt that is waiting, running or unknown is simply not there. */
export class History {
  private readonly entries = new Map<string, HistoryEntry>();

  add(item: QueueItem, { outputs, status, meta }: ExecutionResult): void {
    if (this.entries.size > LIMIT) this.entries.delete(this.entries.keys().next().value as string);
    this.entries.set(item.promptId, { prompt: tupleOf(item), outputs, status, meta });
  }

  get(promptId: string): HistoryEntry | undefined {
    return this.entries.get(promptId);
  }

  all(): ReadonlyMap<string, HistoryEntry> {
    return this.entries;
  }

  /** `maxItems` alone: the newest; `offset` counts from the oldest. */
  page(maxItems: number | null, offset: number): Record<string, HistoryEntry> {
    const from = offset < 0 && maxItems !== null ? this.entries.size - maxItems : offset;
    const all = [...this.entries].slice(Math.max(0, from));
    // ComfyUI looks at the limit after taking one: at least one from where it begins, if there is one.
    return Object.fromEntries(maxItems === null ? all : all.slice(0, Math.max(1, maxItems)));
  }

  delete(promptId: string): void {
    this.entries.delete(promptId);
  }

  clear(): void {
    this.entries.clear();
  }
}
