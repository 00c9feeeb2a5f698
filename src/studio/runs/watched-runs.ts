import type { ArtifactStore } from '../../artifacts/artifact-store.js';
import type { AzitClient } from '../../client/index.js';
import type { ArtifactRef } from '../../run/ref.js';
import { WatchedRun } from './watched-run.js';

/** Runs that are kept warm; of more, the ones that nobody looks at go. */
const mostWarm = 40;

/** The runs that somebody looks at, each once. */
export class WatchedRuns {
  readonly #runs = new Map<string, WatchedRun>();
  readonly #closing = new AbortController();

  constructor(
    private readonly client: AzitClient,
    private readonly store: () => Promise<ArtifactStore>,
  ) {}

  /** @throws AzitClientError bad-id */
  of(runId: string): WatchedRun {
    const known = this.#runs.get(runId);
    const run = known ?? new WatchedRun(this.client.run(runId), this.store, this.#closing.signal);
    // The one looked at last stands last.
    this.#runs.delete(runId);
    this.#runs.set(runId, run);
    for (const [id, { poller }] of this.#runs) {
      if (this.#runs.size <= mostWarm) break;
      if (poller.isIdle) this.#runs.delete(id);
    }
    return run;
  }

  /** Looked at within the last second. One that was never seen is not kept: ids can be guessed. @throws AzitClientError */
  async seen(runId: string): Promise<WatchedRun> {
    const run = this.of(runId);
    try {
      await run.fresh();
    } catch (error) {
      this.#runs.delete(runId);
      throw error;
    }
    return run;
  }

  /** A picture of a run, where a page of it was shown. @param of the run to look into where no page here knows it */
  async picture(sha256: string, of: string | undefined): Promise<ArtifactRef | null> {
    for (const run of this.#runs.values()) {
      const found = run.known(sha256);
      if (found) return found;
    }
    if (of === undefined) return null;
    const run = await this.seen(of);
    return run.known(sha256);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#runs.values()].map(({ poller }) => poller.ended()));
  }
}
