import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError, WorkflowUpdateFailedError, type Client, type WorkflowHandle } from '@temporalio/client';
import type { ExportedLora, Format } from '../export/index.js';
import type { GateQuestion, ReportData } from '../run/record.js';
import { openReport } from '../report/open.js';
import { workflowIdOf } from '../project/names.js';
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
  RunDocument,
  RunStatus,
} from '../run/messages.js';
import { AzitClientError, hasCode } from './errors.js';
import { isTaken, overError, showAgain } from './finished.js';
import { layOutOptions } from './gate-pictures.js';
import { asClientError } from './grpc.js';
import { askedRun, keptRun } from './kept-run.js';
import { liveActivities, liveRun, type LiveActivity, type Progress } from './progress.js';
import { obstacleOf } from './obstacle.js';
import { inClientWords, requireRunStore } from './same-store.js';
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

export interface ExportRunOptions {
  /** Default: the chosen one; before the choice, the furthest that is saved. */
  step?: number;
  /** Every saved checkpoint. */
  all?: boolean;
  /** The folder to write. Default: azit-lora-ID in the working directory. */
  out?: string;
  /** ComfyUI's folder of LoRAs: they are put there too. */
  to?: string;
  /** Taken only where the file is in this format already. */
  format?: Format;
}

/** How a run ended: its own result, or how Temporal ended it. */
export type RunOutcome =
  { kind: 'completed'; result: PipelineResult } | { kind: 'failed'; reason: string } | { kind: 'cancelled' };

/** What came of naming a checkpoint. */
export interface ChoiceAnswer {
  /** It was chosen before: nothing changes. */
  already: boolean;
  /** The run was finished: it goes on, to show this checkpoint. */
  isShownAnew: boolean;
}

/** One run. Holds nothing but its id: any number of programs may have a handle on the same run. */
export class RunHandle {
  readonly workflowId: string;
  readonly #workflow: WorkflowHandle;
  #compared: Promise<void> | null = null;

  constructor(
    readonly runId: string,
    private readonly client: Client,
    private readonly store: () => Promise<ArtifactStore>,
    private readonly queryTimeoutMs: number = defaultQueryTimeoutMs,
  ) {
    this.workflowId = workflowIdOf(runId);
    this.#workflow = client.workflow.getHandle(this.workflowId);
  }

  /** Of a run that Temporal has forgotten, as the store has it. @throws AzitClientError no-such-run, no-worker, temporal-unreachable */
  async status(): Promise<RunStatus> {
    return await this.#orKept(
      () => this.#call(this.queryTimeoutMs, () => this.#workflow.query(statusQuery)),
      ({ status }) => status,
    );
  }

  /** The status, with patience for workers that are still starting. */
  async statusSoon(patienceMs = watchPatienceMs): Promise<RunStatus> {
    for await (const { status } of this.watch({ patienceMs })) return status;
    return await this.status();
  }

  /** Whether the run has ended; asks Temporal alone. @throws AzitClientError no-such-run, temporal-unreachable */
  async isOver(): Promise<boolean> {
    return (await this.#end()) !== null;
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

  /** What is being done for it now; asks Temporal alone. */
  async activities(): Promise<LiveActivity[]> {
    return await liveActivities(this.client, this.runId);
  }

  async progress(): Promise<Progress> {
    const [status, { activities, ended }] = await Promise.all([this.status(), liveRun(this.client, this.runId)]);
    // One that was terminated was told nothing.
    if (status.finishedAt !== null || !ended) return { status, activities };
    const state = ended.how === 'COMPLETED' ? 'completed' : ended.how === 'CANCELLED' ? 'cancelled' : 'failed';
    return { status: { ...status, state, finishedAt: ended.at, waitingFor: null, help: null }, activities };
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
      if (!(error instanceof WorkflowFailedError)) {
        const unknown = asClientError(error, this.runId);
        return await this.#orKept(() => Promise.reject(unknown as Error), keptOutcome);
      }
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
    await this.#decide('approve', () => this.#workflow.executeUpdate(approveUpdate, { args: [input] }));
  }

  /** @throws AzitClientError refused */
  async reject(input: RejectInput): Promise<void> {
    await this.#decide('reject', () => this.#workflow.executeUpdate(rejectUpdate, { args: [input] }));
  }

  /**
   * Names the checkpoint, at its gate or before. Of a finished run, stage 06 and the report are then made anew for it.
   * @throws AzitClientError refused
   */
  async choose(input: ChooseCheckpointInput): Promise<ChoiceAnswer> {
    for (;;) {
      const end = await this.#end();
      if (end === null) {
        const args: [ChooseCheckpointInput] = [input];
        const chosen = await this.#decide('choose', () =>
          this.#workflow.executeUpdate(chooseCheckpointUpdate, { args }),
        ).catch(async (error: unknown) => {
          // It ended between our look and our word.
          if (hasCode(error, 'refused') && (await this.#end()) !== null) return null;
          throw error;
        });
        // Workers of earlier versions answer nothing.
        if (chosen !== null) return { already: chosen?.already ?? false, isShownAnew: false };
        continue;
      }
      try {
        const { already } = await showAgain(this.client, await this.#runStore(), await this.#document(), input.step);
        return { already, isShownAnew: !already };
      } catch (error) {
        // Somebody else has just begun: the run is asked, which takes the same step again and refuses another.
        if (!isTaken(error)) throw error;
      }
    }
  }

  /** Goes on after `needs-help`. @throws AzitClientError refused */
  async resume(): Promise<void> {
    await this.#decide('resume', () => this.#workflow.executeUpdate<void, [object]>(resumeUpdate.name, { args: [{}] }));
  }

  /**
   * Asks the run to stop; it ends once its activities have cleaned up. Nothing that it made is removed.
   * @throws AzitClientError refused, where it has ended already
   */
  async cancel(): Promise<void> {
    const end = await this.#end();
    if (end !== null) throw overError(this.runId, end, 'stop');
    await this.#call(updateTimeoutMs, () => this.#workflow.cancel());
  }

  /**
   * Ends the run without asking its workers, for one that they cannot stop. What it made stays, unless a trainer had not
   * saved it yet. @throws AzitClientError refused, where it has ended already
   */
  async terminate(): Promise<void> {
    const end = await this.#end();
    if (end !== null) throw overError(this.runId, end, 'stop');
    await this.#call(updateTimeoutMs, () => this.#workflow.terminate('ended by force'));
  }

  /** Why its workers get no further with it, in their own words; null where they do, or nobody can tell. Asks Temporal alone. */
  async obstacle(): Promise<string | null> {
    const ask = () => obstacleOf(this.client, this.runId);
    return await this.client.withDeadline(Date.now() + this.queryTimeoutMs, ask).catch(() => null);
  }

  /** Writes the pictures that a gate offers into a folder. @returns their paths, in the order of its options. */
  async layOutOptions(question: GateQuestion, directory: string): Promise<string[]> {
    return await layOutOptions(await this.#runStore(), question, directory);
  }

  /** Writes the report folder; `keepMetadata` leaves the graphs inside the pictures. Of a run that is not finished, what there is so far. */
  async report(directory: string, { keepMetadata = false }: { keepMetadata?: boolean } = {}): Promise<WrittenReport> {
    const store = await this.#runStore();
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
    const record = await this.#orKept(
      () => this.#call(this.queryTimeoutMs, () => this.#workflow.query(reportDataQuery)),
      ({ report }) => report,
    );
    const store = await this.#runStore();
    return await openReport(record, (ref) => store.readBytes(ref));
  }

  /**
   * Writes the LoRA's folder: weights, preview, model card, evidence. Of any run that has a sound checkpoint, also while
   * it trains. @throws ExportError
   */
  async export({ out, to, ...wanted }: ExportRunOptions = {}): Promise<ExportedLora> {
    const store = await this.#runStore();
    const [data, status] = await Promise.all([this.reportData(), this.status()]);
    // sharp: a third of a second that only this way needs.
    const { exportLora, loraFolderOf } = await import('../export/index.js');
    return await exportLora({
      ...wanted,
      source: { data, live: status },
      store,
      directory: resolve(out ?? loraFolderOf(this.runId)),
      lorasDir: to,
    });
  }

  /** Before what needs the run's files: whether they are in this store. @throws AzitClientError another-store */
  async requireStore(): Promise<void> {
    await this.#runStore();
  }

  async #runStore(): Promise<ArtifactStore> {
    const store = await this.store();
    // A failure (no connection at this moment) is not kept.
    this.#compared ??= requireRunStore(this.client, this.runId, store).catch((error: unknown) => {
      this.#compared = null;
      throw asClientError(error, this.runId);
    });
    await this.#compared;
    return store;
  }

  /** How the run ended, as Temporal or else the store says; null while it goes on. @throws AzitClientError no-such-run */
  async #end(): Promise<string | null> {
    return await this.#orKept(
      async () => {
        const { status } = await this.#call(this.queryTimeoutMs, () => this.#workflow.describe());
        return status.name === 'RUNNING' ? null : status.name;
      },
      ({ status }) => status.state,
    );
  }

  /** Temporal's answer, or where it has forgotten the run, what the store remembers. */
  async #orKept<T>(ask: () => Promise<T>, recall: (document: RunDocument) => T): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      const kept = hasCode(error, 'no-such-run') ? await keptRun(await this.store(), this.runId) : null;
      if (!kept) throw error;
      return recall(asEnded(kept));
    }
  }

  async #document(): Promise<RunDocument> {
    const kept = await keptRun(await this.#runStore(), this.runId);
    if (kept && kept.status.finishedAt !== null) return kept;
    return await this.#orKept(
      () => this.#call(this.queryTimeoutMs, () => askedRun(this.client, this.runId)),
      (document) => document,
    );
  }

  async #decide<T>(wish: string, update: () => Promise<T>): Promise<T> {
    try {
      return await this.#call(updateTimeoutMs, update);
    } catch (error) {
      if (hasCode(error, 'no-such-run')) {
        const end = await this.#end();
        if (end !== null) throw overError(this.runId, end, wish);
      }
      if (!(error instanceof WorkflowUpdateFailedError)) throw error;
      throw new AzitClientError('refused', deepestMessage(error), { cause: error });
    }
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
    const cure = `Correct that, or end the run with \`azit cancel ${this.runId} --force\`.`;
    const message = `The worker gets no further with the run '${this.runId}': ${sentence(why)} ${cure}`;
    return new AzitClientError('no-worker', message, { cause: error });
  }
}

/** One that Temporal forgot before it ended will not go on. */
function asEnded(document: RunDocument): RunDocument {
  const { status, report } = document;
  if (status.finishedAt !== null) return document;
  const finishedAt = report.timeline.at(-1)?.at ?? status.startedAt;
  const ended = { state: 'failed', finishedAt, waitingFor: null } as const;
  const run = { ...report.run, state: ended.state, finishedAt };
  return { ...document, status: { ...status, ...ended, help: null }, report: { ...report, run, waitingFor: null } };
}

function keptOutcome({ status, result }: RunDocument): RunOutcome {
  if (result) return { kind: 'completed', result };
  if (status.state === 'cancelled') return { kind: 'cancelled' };
  return { kind: 'failed', reason: 'Temporal no longer knows the run, and its record tells of no end' };
}

const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);

function deepestMessage(error: Error): string {
  let deepest = error;
  while (deepest.cause instanceof Error) deepest = deepest.cause;
  return deepest.message;
}
