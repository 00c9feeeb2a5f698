import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError, WorkflowUpdateFailedError, type Client, type WorkflowHandle } from '@temporalio/client';
import type { ArtifactStore } from '../artifacts/store.js';
import type { ReportData } from '../report/data.js';
import { openReport } from '../report/open.js';
import { workflowIdOf } from '../spec/names.js';
import {
  approveUpdate,
  chooseCheckpointUpdate,
  rejectUpdate,
  reportDataQuery,
  resumeUpdate,
  statusQuery,
} from '../workflows/messages.js';
import type {
  ApproveInput,
  ChooseCheckpointInput,
  PipelineResult,
  RejectInput,
  RunStatus,
} from '../workflows/types.js';
import { AzitClientError, hasCode } from './errors.js';
import { asClientError } from './grpc.js';
import { liveActivities, type Progress } from './progress.js';
import { layOutStoredReport, writtenReportIn, type WrittenReport } from './report-folder.js';

/** A query is answered in milliseconds unless a worker has to read the history again first. */
export const defaultQueryTimeoutMs = 10_000;
/** A decision is answered by the next workflow task; longer means that no worker is there. */
const updateTimeoutMs = 30_000;
/** How often `watch` looks: Temporal pushes nothing to clients. */
const watchIntervalMs = 500;
/** Workers and servers restart within this; after it `watch` gives up. */
const watchPatienceMs = 120_000;

export interface WatchOptions {
  signal?: AbortSignal;
  intervalMs?: number;
  /** How long the server or its workers may be away. */
  patienceMs?: number;
}

/** How a run ended: its own result, or how Temporal ended it. */
export type RunOutcome =
  { kind: 'completed'; result: PipelineResult } | { kind: 'failed'; reason: string } | { kind: 'cancelled' };

/** One run. Holds nothing but its id: any number of programs may have a handle on the same run. */
export class RunHandle {
  readonly workflowId: string;
  readonly #workflow: WorkflowHandle;

  constructor(
    readonly runId: string,
    private readonly client: Client,
    private readonly store: () => Promise<ArtifactStore>,
    private readonly queryTimeoutMs: number = defaultQueryTimeoutMs,
  ) {
    this.workflowId = workflowIdOf(runId);
    this.#workflow = client.workflow.getHandle(this.workflowId);
  }

  /** @throws AzitClientError no-such-run, no-worker, temporal-unreachable */
  async status(): Promise<RunStatus> {
    return await this.#call(this.queryTimeoutMs, () => this.#workflow.query(statusQuery));
  }

  /** The status, with patience for workers that are still starting. */
  async statusSoon(patienceMs = watchPatienceMs): Promise<RunStatus> {
    for await (const { status } of this.watch({ patienceMs })) return status;
    return await this.status();
  }

  /** Whether the run has ended; asks Temporal alone. @throws AzitClientError no-such-run, temporal-unreachable */
  async isOver(): Promise<boolean> {
    const { status } = await this.#call(this.queryTimeoutMs, () => this.#workflow.describe());
    return status.name !== 'RUNNING';
  }

  /** What the run looks like each time it changes, until it ends. */
  async *watch(options: WatchOptions = {}): AsyncGenerator<Progress> {
    const { signal, intervalMs = watchIntervalMs, patienceMs = watchPatienceMs } = options;
    let lastSeen = performance.now();
    let shown = '';
    while (!signal?.aborted) {
      try {
        const progress = await this.progress();
        lastSeen = performance.now();
        const text = JSON.stringify(progress);
        if (text !== shown) yield progress;
        shown = text;
        if (progress.status.finishedAt !== null) return;
      } catch (error) {
        const mayPass = hasCode(error, 'no-worker') || hasCode(error, 'temporal-unreachable');
        if (!mayPass || performance.now() - lastSeen > patienceMs) throw error;
        if (await this.isOver().catch(() => false)) return;
      }
      await sleep(intervalMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async progress(): Promise<Progress> {
    const [status, activities] = await Promise.all([this.status(), liveActivities(this.client, this.runId)]);
    return { status, activities };
  }

  /** Waits until the run has ended, however long that takes. */
  async wait({
    onUpdate,
    ...options
  }: WatchOptions & { onUpdate?: (progress: Progress) => void } = {}): Promise<RunOutcome> {
    for await (const progress of this.watch(options)) onUpdate?.(progress);
    options.signal?.throwIfAborted();
    return await this.outcome();
  }

  /** The result, waiting for the end where it has not come yet. Asks no worker. */
  async outcome(): Promise<RunOutcome> {
    try {
      return { kind: 'completed', result: (await this.#workflow.result()) as PipelineResult };
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw asClientError(error, this.runId);
      if (error.cause?.name === 'CancelledFailure') return { kind: 'cancelled' };
      return { kind: 'failed', reason: deepestMessage(error) };
    }
  }

  /** The result of a run that completed. @throws AzitClientError where it failed or was cancelled. */
  async result(): Promise<PipelineResult> {
    const outcome = await this.outcome();
    if (outcome.kind === 'completed') return outcome.result;
    const reason = outcome.kind === 'failed' ? `failed: ${outcome.reason}` : 'was cancelled';
    throw new AzitClientError('nothing-to-report', `The run '${this.runId}' ${reason}`);
  }

  /** @throws AzitClientError refused */
  async approve(input: ApproveInput): Promise<void> {
    await this.#decide(() => this.#workflow.executeUpdate(approveUpdate, { args: [input] }));
  }

  /** @throws AzitClientError refused */
  async reject(input: RejectInput): Promise<void> {
    await this.#decide(() => this.#workflow.executeUpdate(rejectUpdate, { args: [input] }));
  }

  /** @throws AzitClientError refused */
  async choose(input: ChooseCheckpointInput): Promise<void> {
    await this.#decide(() => this.#workflow.executeUpdate(chooseCheckpointUpdate, { args: [input] }));
  }

  /** Goes on after `needs-help`. @throws AzitClientError refused */
  async resume(): Promise<void> {
    await this.#decide(() => this.#workflow.executeUpdate<void, [object]>(resumeUpdate.name, { args: [{}] }));
  }

  /** Asks the run to stop; it ends once its activities have cleaned up. Nothing that it made is removed. */
  async cancel(): Promise<void> {
    await this.#call(updateTimeoutMs, () => this.#workflow.cancel());
  }

  /** Writes the report folder; `keepMetadata` leaves the graphs inside the pictures. Of a run that is not finished, what there is so far. */
  async report(directory: string, { keepMetadata = false }: { keepMetadata?: boolean } = {}): Promise<WrittenReport> {
    const store = await this.store();
    // The stored one is for handing on.
    if (!keepMetadata && (await this.isOver())) {
      const outcome = await this.outcome();
      const stored = outcome.kind === 'completed' ? outcome.result.reportFiles : null;
      if (stored) return await layOutStoredReport(store, stored, directory);
    }
    // Charts and fonts: half a second that only this way needs.
    const { writeReportFolder } = await import('../report/index.js');
    const data = await this.reportData();
    await writeReportFolder({ data, read: (ref) => store.readBytes(ref), directory, keepMetadata });
    return writtenReportIn(directory);
  }

  /** All that the run has to show so far. */
  async reportData(): Promise<ReportData> {
    const record = await this.#call(this.queryTimeoutMs, () => this.#workflow.query(reportDataQuery));
    const store = await this.store();
    return await openReport(record, (ref) => store.readBytes(ref));
  }

  async #decide(update: () => Promise<void>): Promise<void> {
    try {
      await this.#call(updateTimeoutMs, update);
    } catch (error) {
      if (!(error instanceof WorkflowUpdateFailedError)) throw error;
      throw new AzitClientError('refused', deepestMessage(error), { cause: error });
    }
  }

  async #call<T>(timeoutMs: number, call: () => Promise<T>): Promise<T> {
    try {
      return await this.client.withDeadline(Date.now() + timeoutMs, call);
    } catch (error) {
      throw asClientError(error, this.runId);
    }
  }
}

function deepestMessage(error: Error): string {
  let deepest = error;
  while (deepest.cause instanceof Error) deepest = deepest.cause;
  return deepest.message;
}
