import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { workflowIdOf } from '../project/names.js';
import type { RunDocument } from '../run/messages.js';
import { AzitClientError, deepestCause, hasCode } from './errors.js';
import { overError } from './finished.js';
import { asClientError } from './grpc.js';
import { asEnded, askedRun, keptRun } from './kept-run.js';
import { obstacleOf } from './obstacle.js';
import { inClientWords, requireRunStore } from './same-store.js';

/** A query is answered in milliseconds unless a worker has to read the history again first. */
export const defaultQueryTimeoutMs = 10_000;
/** A decision is answered by the next workflow task; longer means that no worker is there. */
const updateTimeoutMs = 30_000;

/** @param hadEnded whether the run had, when Temporal forgot it. */
type Recall<T> = (document: RunDocument, hadEnded: boolean) => T;

/**
 * Calls to Temporal about one run: each of bounded length, each failure as an AzitClientError. What Temporal has
 * forgotten, the store remembers.
 */
export class RunCalls {
  #compared: Promise<void> | null = null;

  constructor(
    private readonly runId: string,
    private readonly client: Client,
    private readonly store: () => Promise<ArtifactStore>,
    private readonly queryTimeoutMs: number,
  ) {}

  /** @throws AzitClientError no-such-run, no-worker, temporal-unreachable */
  async ask<T>(query: () => Promise<T>): Promise<T> {
    return await this.#call(this.queryTimeoutMs, query);
  }

  /** Asks, or where Temporal has forgotten the run, looks into what the store remembers. */
  async askOrRecall<T>(query: () => Promise<T>, recall: Recall<T>): Promise<T> {
    return await this.ask(query).catch((error: unknown) => this.recallAfter(error, recall));
  }

  /** @throws the error, where it is another than that Temporal has forgotten the run, or the store has too */
  async recallAfter<T>(error: unknown, recall: Recall<T>): Promise<T> {
    const told = asClientError(error, this.runId);
    const kept = hasCode(told, 'no-such-run') ? await keptRun(await this.store(), this.runId) : null;
    if (!kept) throw told;
    return recall(asEnded(kept), kept.status.finishedAt !== null);
  }

  async command<T>(call: () => Promise<T>): Promise<T> {
    return await this.#call(updateTimeoutMs, call);
  }

  /** @param wish what the person wants, for a run that has ended. @throws AzitClientError refused */
  async decide<T>(wish: string, update: () => Promise<T>): Promise<T> {
    try {
      return await this.command(update);
    } catch (error) {
      if (hasCode(error, 'no-such-run')) {
        const end = await this.end();
        if (end !== null) throw overError(this.runId, end, wish);
      }
      if (!(error instanceof WorkflowUpdateFailedError)) throw error;
      throw new AzitClientError('refused', deepestCause(error).message, { cause: error });
    }
  }

  /** How the run ended, as Temporal or else the store says; null while it goes on. @throws AzitClientError no-such-run */
  async end(): Promise<string | null> {
    return await this.askOrRecall(
      async () => {
        const { status } = await this.client.workflow.getHandle(workflowIdOf(this.runId)).describe();
        return status.name === 'RUNNING' ? null : status.name;
      },
      ({ status }, hadEnded) => (hadEnded ? status.state : 'FORGOTTEN'),
    );
  }

  /** Everything that is known of the run: as the store has it where it has ended, or else as its worker tells. */
  async document(): Promise<RunDocument> {
    const kept = await keptRun(await this.runStore(), this.runId);
    if (kept && kept.status.finishedAt !== null) return kept;
    return await this.askOrRecall(
      () => askedRun(this.client, this.runId),
      (document) => document,
    );
  }

  /** @throws AzitClientError another-store, where the run's files are not in ours */
  async runStore(): Promise<ArtifactStore> {
    const store = await this.store();
    // A failure (no connection at this moment) is not kept.
    this.#compared ??= requireRunStore(this.client, this.runId, store).catch((error: unknown) => {
      this.#compared = null;
      throw asClientError(error, this.runId);
    });
    await this.#compared;
    return store;
  }

  async obstacle(): Promise<string | null> {
    const ask = () => obstacleOf(this.client, this.runId);
    return await this.client.withDeadline(Date.now() + this.queryTimeoutMs, ask).catch(() => null);
  }

  async #call<T>(timeoutMs: number, call: () => Promise<T>): Promise<T> {
    try {
      return await this.client.withDeadline(Date.now() + timeoutMs, call);
    } catch (error) {
      throw await this.#explained(asClientError(inClientWords(error), this.runId));
    }
  }

  /** A worker that cannot go on with a run answers as little as one that is not there. */
  async #explained(error: unknown): Promise<unknown> {
    const why = hasCode(error, 'no-worker') ? await this.obstacle() : null;
    if (why === null) return error;
    const cure = `Fix that, or terminate the run with \`azit cancel ${this.runId} --force\`.`;
    const message = `The worker can't continue the run '${this.runId}': ${sentence(why)} ${cure}`;
    return new AzitClientError('no-worker', message, { cause: error });
  }
}

const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);
