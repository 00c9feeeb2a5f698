import type { ArtifactStore } from './artifact-store.js';
import type { ArtifactRef } from '../run/ref.js';

/** What is known of a run without asking Temporal. */
export interface KeptRun {
  runId: string;
  name: string;
  model: string;
  projectSha256: string;
  state: string;
  /** ISO 8601 */
  startedAt: string;
  finishedAt: string | null;
  /** All of it: a JSON document. */
  record: ArtifactRef;
}

/**
 * Runs as the store remembers them: `runs/ID/N`, of which the highest number counts, and `run-index/N`, which names each
 * run, oldest first. A store lists nothing, and a record has one writer, so both are numbered without a gap from 1.
 */
export class RunRecords {
  constructor(private readonly store: ArtifactStore) {}

  async keep(run: KeptRun): Promise<void> {
    const before = await this.#last<KeptRun>(`runs/${run.runId}`);
    if (JSON.stringify(before?.value) === JSON.stringify(run)) return;
    // First: a run without its place in the index would never be listed; one with two is listed once.
    if (!before) await this.#append('run-index', (await this.#last('run-index'))?.number ?? 0, run.runId);
    await this.#append(`runs/${run.runId}`, before?.number ?? 0, run);
  }

  async latest(runId: string): Promise<KeptRun | null> {
    return (await this.#last<KeptRun>(`runs/${runId}`))?.value ?? null;
  }

  /** Newest first. */
  async list(limit: number): Promise<KeptRun[]> {
    const end = (await this.#last<string>('run-index'))?.number ?? 0;
    const numbers = Array.from({ length: Math.min(limit, end) }, (_, index) => end - index);
    const ids = await Promise.all(numbers.map((number) => this.store.getRecord<string>(`run-index/${number}`)));
    const distinct = [...new Set(ids.filter((id) => id !== null))];
    const runs = await Promise.all(distinct.map((id) => this.latest(id)));
    return runs.filter((run) => run !== null);
  }

  async #append(chain: string, after: number, value: unknown): Promise<void> {
    for (let number = after + 1; ; number += 1)
      if ((await this.store.putRecord(`${chain}/${number}`, value)).first) return;
  }

  /** By doubling, then halving: a few reads, however long the chain is. */
  async #last<T>(chain: string): Promise<{ number: number; value: T } | null> {
    let last: { number: number; value: T } | null = null;
    const isThere = async (number: number): Promise<boolean> => {
      const value = await this.store.getRecord<T>(`${chain}/${number}`);
      if (value !== null) last = { number, value };
      return value !== null;
    };
    let beyond = 1;
    while (await isThere(beyond)) beyond *= 2;
    let known = Math.floor(beyond / 2);
    while (beyond - known > 1) {
      const middle = Math.floor((known + beyond) / 2);
      if (await isThere(middle)) known = middle;
      else beyond = middle;
    }
    return last;
  }
}
