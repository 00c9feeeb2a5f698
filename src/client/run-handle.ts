import type { ArtifactStore } from '../artifacts/artifact-store.js';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { ComparedRun } from '../comparison/compared-run.js';
import type { ExportedLora } from '../export/index.js';
import type { GateQuestion, ReportData } from '../run/record.js';
import { openReport } from '../report/files.js';
import { workflowIdOf } from '../project/names.js';
import {
  approveUpdate,
  cancelledBySignal,
  chooseCheckpointUpdate,
  rejectUpdate,
  reportDataQuery,
  resumeUpdate,
  statusQuery,
  stopTrainingUpdate,
} from '../workflows/messages.js';
import type {
  ApproveInput,
  ChooseCheckpointInput,
  DecidedBy,
  PipelineResult,
  RejectInput,
  RunStatus,
} from '../run/messages.js';
import { endedReport, endedStatus } from './ended.js';
import { AzitClientError, hasCode } from './errors.js';
import { exportRun, type ExportRunOptions } from './export-run.js';
import { isTaken, overError, showAgain } from './finished.js';
import { layOutOptions } from './gate-pictures.js';
import { outcomeOf, untilOver, type RunOutcome } from './outcome.js';
import { lookAt, type Look } from './look.js';
import { liveActivities, liveRun, type LiveActivity, type Progress } from './progress.js';
import { layOutStoredReport, writtenReportIn, type WrittenReport } from './report-folder.js';
import { defaultQueryTimeoutMs, RunCalls } from './run-calls.js';
import { startWithSeeds } from './more-seeds.js';
import { startTrainedOn } from './train-on.js';
import { watchPatienceMs, watchRun, type WatchOptions } from './watch.js';

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
  readonly #calls: RunCalls;

  constructor(
    readonly runId: string,
    private readonly client: Client,
    private readonly store: () => Promise<ArtifactStore>,
    private readonly queryTimeoutMs: number = defaultQueryTimeoutMs,
  ) {
    this.workflowId = workflowIdOf(runId);
    this.#calls = new RunCalls(runId, client, store, queryTimeoutMs);
    this.#workflow = client.workflow.getHandle(this.workflowId);
  }

  /** Of a run that Temporal has forgotten, as the store has it. @throws AzitClientError no-such-run, no-worker, temporal-unreachable */
  async status(): Promise<RunStatus> {
    return await this.#calls.askOrRecall(
      () => this.#workflow.query(statusQuery),
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
    return (await this.#calls.end()) !== null;
  }

  /** Resolves when the run has ended, however it did. @throws where Temporal can't tell it */
  async untilOver(signal: AbortSignal): Promise<void> {
    await untilOver(this.client, this.#workflow, signal);
  }

  /** What the run looks like each time it changes, until it ends. */
  watch(options: WatchOptions = {}): AsyncGenerator<Progress> {
    return watchRun(this, options);
  }

  /** What is being done for it now; asks Temporal alone. */
  async activities(): Promise<LiveActivity[]> {
    return await liveActivities(this.client, this.runId);
  }

  /**
   * For whoever looks each second, however many they show it to: nobody is asked what can't have changed.
   * @param askEveryMs the run's worker is asked no more often
   */
  async look(before: Look | null, askEveryMs?: number): Promise<Look> {
    return await lookAt(this.client, this.runId, () => this.status(), before, askEveryMs);
  }

  async progress(): Promise<Progress> {
    const live = liveRun(this.client, this.runId);
    // A failure waits for the other call too: at the first one, the caller closes the connection.
    const status = await this.status().finally(() => live);
    const { activities, ended } = await live;
    return { status: endedStatus(status, ended), activities };
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
    return await outcomeOf(this.#workflow, this.#calls);
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
    await this.#calls.decide('approve', () => this.#workflow.executeUpdate(approveUpdate, { args: [input] }));
  }

  /** @throws AzitClientError refused */
  async reject(input: RejectInput): Promise<void> {
    await this.#calls.decide('reject', () => this.#workflow.executeUpdate(rejectUpdate, { args: [input] }));
  }

  /**
   * Names the checkpoint, at its gate or before. Of a finished run, stage 06 and the report are then made anew for it.
   * @throws AzitClientError refused
   */
  async choose(input: ChooseCheckpointInput): Promise<ChoiceAnswer> {
    for (;;) {
      const end = await this.#calls.end();
      if (end === null) {
        const args: [ChooseCheckpointInput] = [input];
        const chosen = await this.#calls
          .decide('choose', () => this.#workflow.executeUpdate(chooseCheckpointUpdate, { args }))
          .catch(async (error: unknown) => {
            // It ended between our look and our word.
            if (hasCode(error, 'refused') && (await this.#calls.end()) !== null) return null;
            throw error;
          });
        // Workers of earlier versions answer nothing.
        if (chosen !== null) return { already: chosen?.already ?? false, isShownAnew: false };
        continue;
      }
      try {
        const { already } = await showAgain(this.client, await this.#calls.runStore(), await this.#calls.document(), {
          ...input,
          end,
        });
        return { already, isShownAnew: !already };
      } catch (error) {
        // Somebody else has just begun: the run is asked, which takes the same step again and refuses another.
        if (!isTaken(error)) throw error;
      }
    }
  }

  /** Goes on after `needs-help`. @throws AzitClientError refused */
  async resume(input: DecidedBy = {}): Promise<void> {
    await this.#calls.decide('resume', () => this.#workflow.executeUpdate(resumeUpdate, { args: [input] }));
  }

  /**
   * Ends its training early: the trainer saves and ends, and the run goes on with the checkpoints that are saved.
   * @throws AzitClientError refused, where none is saved yet, or nothing is being trained
   */
  async stopTraining(input: DecidedBy = {}): Promise<void> {
    await this.#calls.decide('stop', () => this.#workflow.executeUpdate(stopTrainingUpdate, { args: [input] }));
  }

  /**
   * Asks the run to stop; it ends once its activities have cleaned up. Nothing that it made is removed.
   * @throws AzitClientError refused, where it has ended already
   */
  async cancel({ by }: DecidedBy = {}): Promise<void> {
    const end = await this.#calls.end();
    if (end !== null) throw overError(this.runId, end, 'stop');
    if (by) await this.#calls.command(() => this.#workflow.signal(cancelledBySignal, { by }));
    await this.#calls.command(() => this.#workflow.cancel());
  }

  /**
   * Ends the run without asking its workers, for one that they cannot stop. What it made stays, unless a trainer had not
   * saved it yet. @throws AzitClientError refused, where it has ended already
   */
  async terminate({ by }: DecidedBy = {}): Promise<void> {
    const end = await this.#calls.end();
    if (end !== null) throw overError(this.runId, end, 'stop');
    await this.#calls.command(() => this.#workflow.terminate(`terminated by force${by ? `, by ${by}` : ''}`));
  }

  /** Why its workers get no further with it, in their own words; null where they do, or nobody can tell. Asks Temporal alone. */
  async obstacle(): Promise<string | null> {
    return await this.#calls.obstacle();
  }

  /** Writes the pictures that a gate offers into a folder. @returns their paths, in the order of its options. */
  async layOutOptions(question: GateQuestion, directory: string): Promise<string[]> {
    return await layOutOptions(await this.#calls.runStore(), question, directory);
  }

  /** Writes the report folder; `keepMetadata` leaves the graphs inside the pictures. Of a run that is not finished, what there is so far. */
  async report(directory: string, { keepMetadata = false }: { keepMetadata?: boolean } = {}): Promise<WrittenReport> {
    const store = await this.#calls.runStore();
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
    const record = await this.#calls.askOrRecall(
      () => this.#workflow.query(reportDataQuery),
      ({ report }) => report,
    );
    const { ended } = await liveRun(this.client, this.runId);
    const store = await this.#calls.runStore();
    return await openReport(endedReport(record, ended), (ref) => store.readBytes(ref));
  }

  /**
   * Where training stopped early: the run that trains on to its last step, started now or before (`ID-on`).
   * @throws AzitClientError refused, where nothing was stopped
   */
  async trainOn(): Promise<RunHandle> {
    const store = await this.#calls.runStore();
    const runId = await startTrainedOn(this.client, store, await this.#calls.document());
    return new RunHandle(runId, this.client, this.store, this.queryTimeoutMs);
  }

  /**
   * The same project with more seeds in its sweep, as a run of its own (`ID-seeds-N`) that reuses all that is done; started
   * now or before. @throws AzitClientError refused
   */
  async moreSeeds(seeds: number): Promise<RunHandle> {
    const store = await this.#calls.runStore();
    const runId = await startWithSeeds(this.client, store, await this.#calls.document(), seeds);
    return new RunHandle(runId, this.client, this.store, this.queryTimeoutMs);
  }

  /** What the run was given and has to show, to be held against others'. */
  async toCompare(): Promise<ComparedRun> {
    const [data, { input }] = [await this.reportData(), await this.#calls.document()];
    return { data, input };
  }

  /**
   * Writes the LoRA's folder: weights, preview, model card, evidence. Of any run that has a sound checkpoint, also while
   * it trains. @throws ExportError
   */
  async export(options: ExportRunOptions = {}): Promise<ExportedLora> {
    const store = await this.#calls.runStore();
    // One after the other: where no worker answers, the caller closes the connection at the first failure.
    const data = await this.reportData();
    const { status } = await this.progress();
    return await exportRun({ data, live: status }, store, options);
  }

  /** Before what needs the run's files: whether they are in this store. @throws AzitClientError another-store */
  async requireStore(): Promise<void> {
    await this.#calls.runStore();
  }
}
