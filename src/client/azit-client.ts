import type { ArtifactStore } from '../artifacts/artifact-store.js';
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { identify } from '../artifacts/identity.js';
import { readDocument, RunRecords, type KeptRun } from '../artifacts/run-records.js';
import { openStore } from '../artifacts/store.js';
import type { Comparison } from '../comparison/comparison.js';
import { loadProject, loadProjectObject, type LoadedProject } from '../project/load.js';
import {
  defaultTaskQueuePrefix,
  pipelineWorkflowType,
  roles,
  runIdOf,
  taskQueueOf,
  type RunState,
} from '../project/names.js';
import type { EditorChoice } from '../project/families/default-editor.js';
import type { ProjectFile } from '../project/schema.js';
import type { Freshness } from '../run/fresh.js';
import type { PipelineInput } from '../run/messages.js';
import { workersAside, type WorkerAside } from './aside.js';
import { defaultEditor, withEditor } from './default-editor.js';
import { connectTemporal, type TemporalLink, type TemporalOptions, namespaceIdOf } from './connect.js';
import { asClientError, asTemporalError } from './grpc.js';
import { freshRunId, requireFresh } from './fresh-run.js';
import { checkRunId, defaultRunId } from './run-id.js';
import { machinesOf, type Machines } from './machines.js';
import { RunHandle } from './run-handle.js';
import { checkSameProject, isStarted, startPipeline, type RunMemo } from './start.js';
import { noteStart } from '../upkeep/notes.js';
import { requireNoRemoval } from './same-store.js';
import type { Tidied } from '../upkeep/tidy.js';
import type { StoreUsage } from '../upkeep/usage.js';
import type { Pruned, PruneOptions, RemoveOptions } from './upkeep.js';
import { unservedRoles, type UnservedRole } from './unserved.js';
import { uploadFiles } from './upload.js';

export interface AzitClientOptions {
  /** Where artifacts lie: a folder or s3://bucket/prefix. Default: AZIT_STORE, else .azit/artifacts. */
  store?: string;
  /** Default: azit. */
  taskQueuePrefix?: string;
  /** Default: Temporal's own environment configuration (TEMPORAL_ADDRESS, profiles, TLS, ...). */
  temporal?: TemporalOptions;
  /** How long a worker may take to say how a run stands. Default: 10 s. */
  queryTimeoutMs?: number;
}

export interface StartOptions {
  /** Default: the project's name and the first 8 hex digits of its sha256, so that the same file is the same run. */
  id?: string;
  /** Does all or one stage again, although an earlier run has done it. Without `id`: ID-fresh-N, a new run each time. */
  fresh?: Freshness;
  /** Told what edits, where the file does not say and a run begins. */
  onEditor?: (choice: EditorChoice) => void;
}

/** A run as Temporal lists it, with no worker asked. */
export interface ListedRun {
  runId: string;
  name: string;
  model: string;
  state: RunState;
  /** ISO 8601 */
  startedAt: string;
  /** ISO 8601; null: the run has not ended. */
  finishedAt: string | null;
  /** The last stage that began, or `sweep`; only where Temporal tells. */
  stage?: string;
  /** The last saved step. */
  step?: number;
  /** The best identity so far, -1 to 1. */
  identity?: number;
}

/** A thousand runs take a second; a connection that is half open says nothing at all. */
const listTimeoutMs = 15_000;
/** It asks of each queue and each unfinished run. */
const machinesTimeoutMs = 20_000;

/** Starts runs and finds them again, on any Temporal. */
export class AzitClient {
  private constructor(
    private readonly link: TemporalLink,
    private readonly options: AzitClientOptions,
    /** Opened at the first use: to list runs takes none. */
    private readonly store: () => Promise<ArtifactStore>,
  ) {}

  /** @throws AzitClientError temporal-unreachable */
  static async connect(options: AzitClientOptions = {}): Promise<AzitClient> {
    let opened: Promise<ArtifactStore> | undefined;
    const store = () => (opened ??= openStore(options.store));
    return new AzitClient(await connectTemporal(options.temporal, store), options, store);
  }

  /** host:port of the Temporal server. */
  get address(): string {
    return this.link.address;
  }

  get namespace(): string {
    return this.link.namespace;
  }

  /**
   * Starts a run, or finds the run that this very project already has under this id, finished or not.
   * @param project a project file's path, its content as an object, or a project already loaded.
   * @throws InputError for a wrong project; AzitClientError bad-id, id-belongs-to-another-project, another-store
   */
  async start(
    project: string | ProjectFile | LoadedProject,
    { id, fresh, onEditor }: StartOptions = {},
  ): Promise<RunHandle> {
    const loaded = await load(project);
    const { client } = this.link;
    const runId = checkRunId(
      id ?? (fresh ? await freshRunId(client, defaultRunId(loaded), fresh) : defaultRunId(loaded)),
    );
    if (id && fresh) await requireFresh(client, id, fresh);
    const { projectSha256 } = loaded;
    await requireNoRemoval(await this.store(), runId);
    const isThere = await isStarted(client, runId, projectSha256);
    // One that completed is not done twice, although Temporal has forgotten it.
    const kept = isThere ? null : await this.#kept(runId, projectSha256);
    if (!isThere && kept?.state !== 'completed') {
      // Before its files are stored: whoever tidies the store leaves what is younger.
      await noteStart(await this.store(), runId, await namespaceIdOf(client));
      const choice = await this.editorFor(loaded, runId);
      if (choice) onEditor?.(choice);
      const input: PipelineInput = {
        runId,
        project: withEditor(loaded, choice).project,
        ...(choice?.editor ? { editorByDefault: true } : {}),
        projectSha256: loaded.projectSha256,
        taskQueuePrefix: this.options.taskQueuePrefix ?? defaultTaskQueuePrefix,
        ...(fresh ? { fresh } : {}),
        decisions: kept ? (await readDocument(await this.store(), kept.record)).decisions : undefined,
        ...(await uploadFiles(loaded, await this.store())),
      };
      await startPipeline(client, input, await identify(await this.store()));
    }
    const run = this.run(runId);
    await run.requireStore();
    return run;
  }

  /**
   * What a run that starts now would edit with, where its file does not say; null: there is no choice.
   * @throws AzitClientError temporal-unreachable
   */
  async editorFor(loaded: LoadedProject, runId = defaultRunId(loaded)): Promise<EditorChoice | null> {
    const { client } = this.link;
    const prefix = this.options.taskQueuePrefix ?? defaultTaskQueuePrefix;
    try {
      const choose = async () => await defaultEditor(loaded, client, prefix, await this.store(), runId);
      return await client.withDeadline(Date.now() + machinesTimeoutMs, choose);
    } catch (error) {
      throw asTemporalError(error);
    }
  }

  /** A handle on a run; whether it exists shows at the first call. @throws AzitClientError bad-id */
  run(runId: string): RunHandle {
    return new RunHandle(checkRunId(runId), this.link.client, this.store, this.options.queryTimeoutMs);
  }

  /** Newest first, at most `limit`: those that Temporal keeps, and those that only the store remembers. */
  async list(limit = 100): Promise<ListedRun[]> {
    const runs = new Map<string, ListedRun>();
    const { client } = this.link;
    const listAll = async (): Promise<void> => {
      const query = `WorkflowType = '${pipelineWorkflowType}'`;
      for await (const info of client.workflow.list({ query, pageSize: limit })) {
        const memo = (info.memo ?? {}) as Partial<RunMemo>;
        const runId = runIdOf(info.workflowId);
        // The newest of its executions comes first.
        if (runs.has(runId)) continue;
        runs.set(runId, {
          runId,
          name: memo.name ?? '',
          model: memo.model ?? '',
          state: stateOf(info.status.name, info.searchAttributes['AzitState']?.[0]),
          startedAt: info.startTime.toISOString(),
          finishedAt: info.closeTime?.toISOString() ?? null,
          ...toldBy(info.searchAttributes),
        });
        if (runs.size >= limit) break;
      }
    };
    try {
      await client.withDeadline(Date.now() + listTimeoutMs, listAll);
    } catch (error) {
      throw asTemporalError(error);
    }
    for (const run of await this.#keptRuns(limit)) if (!runs.has(run.runId)) runs.set(run.runId, run);
    return [...runs.values()].sort((a, b) => b.startedAt.localeCompare(a.startedAt)).slice(0, limit);
  }

  /** Writes what differs between runs, their curves and strips side by side. @returns what `comparison.json` holds */
  async compare(runIds: readonly string[], directory: string): Promise<Comparison> {
    const runs = [];
    for (const runId of runIds) runs.push(await this.run(runId).toCompare());
    const { writeComparisonFolder } = await import('../comparison/compare.js');
    const store = await this.store();
    return await writeComparisonFolder({ runs, read: (ref) => store.readBytes(ref), directory });
  }

  /** What each run holds of the artifact store. @throws AzitClientError temporal-unreachable */
  async storage(): Promise<StoreUsage> {
    const { storageOf } = await import('./upkeep.js');
    return await storageOf(this.link.client, await this.store());
  }

  /**
   * Removes a run that has ended, with what it alone needs. What another run needs stays.
   * @throws AzitClientError no-such-run; refused, where it has not ended
   */
  async remove(runId: string, options: RemoveOptions = {}): Promise<Tidied> {
    const { removeRun } = await import('./upkeep.js');
    return await removeRun(this.link.client, await this.store(), checkRunId(runId), options);
  }

  /**
   * Removes what no run needs, and on request runs that ended long ago.
   * @throws AzitClientError temporal-unreachable; refused, where it can't be told what a run needs
   */
  async prune(options: PruneOptions = {}): Promise<Pruned> {
    const upkeep = await import('./upkeep.js');
    return await upkeep.prune(this.link.client, await this.store(), options);
  }

  /**
   * The roles that runs of a model family need and no worker offers at this moment: their work would wait. `editors`: those
   * that a project chooses apart, each with a task queue of its own.
   */
  async unserved(family: string, editors: readonly string[] = []): Promise<UnservedRole[]> {
    try {
      const prefix = this.options.taskQueuePrefix ?? defaultTaskQueuePrefix;
      return await unservedRoles(this.link.client, prefix, family, editors);
    } catch (error) {
      throw asClientError(error, '');
    }
  }

  /** The workers that live, what each does, and what waits for whom. @throws AzitClientError temporal-unreachable */
  async machines(): Promise<Machines> {
    const { client } = this.link;
    try {
      return await client.withDeadline(Date.now() + machinesTimeoutMs, () =>
        machinesOf(client, this.options.taskQueuePrefix ?? defaultTaskQueuePrefix),
      );
    } catch (error) {
      throw asTemporalError(error);
    }
  }

  /** The workers that take no work of a family's queues for now, and why. */
  async aside(family: string): Promise<(WorkerAside & { taskQueue: string })[]> {
    const prefix = this.options.taskQueuePrefix ?? defaultTaskQueuePrefix;
    const queues = [...new Set(roles.map((role) => taskQueueOf(prefix, role, family)))];
    try {
      const found = queues.map(async (taskQueue) => {
        return (await workersAside(this.link.client, taskQueue)).map((each) => ({ ...each, taskQueue }));
      });
      return (await Promise.all(found)).flat();
    } catch (error) {
      throw asClientError(error, '');
    }
  }

  /** What the store remembers of a run that was cancelled or forgotten. @throws AzitClientError id-belongs-to-another-project */
  async #kept(runId: string, projectSha256: string): Promise<KeptRun | null> {
    const kept = await new RunRecords(await this.store()).latest(runId);
    if (kept) checkSameProject(runId, kept.projectSha256, projectSha256);
    return kept;
  }

  /** To list runs must not fail where the store can't be used. */
  async #keptRuns(limit: number): Promise<ListedRun[]> {
    try {
      const kept = await new RunRecords(await this.store()).list(limit);
      return kept.map(({ projectSha256: _, record: __, state, ...run }) => {
        // Temporal has forgotten it before it ended: it will not go on.
        return { ...run, state: run.finishedAt === null ? 'failed' : (state as RunState) };
      });
    } catch {
      return [];
    }
  }

  async close(): Promise<void> {
    await this.link.client.connection.close();
  }
}

function stateOf(status: string, attribute: unknown): RunState {
  if (status === 'COMPLETED') return 'completed';
  if (status === 'CANCELLED') return 'cancelled';
  if (status !== 'RUNNING') return 'failed';
  return attribute === 'waiting' || attribute === 'needs-help' ? attribute : 'running';
}

/** What the run's search attributes say, where the server has them. */
function toldBy(attributes: WorkflowExecutionInfo['searchAttributes']): Pick<ListedRun, 'stage' | 'step' | 'identity'> {
  const [stage, step, identity] = ['AzitStage', 'AzitStep', 'AzitIdentity'].map((name) => attributes[name]?.[0]);
  return {
    ...(typeof stage === 'string' ? { stage } : {}),
    ...(typeof step === 'number' ? { step } : {}),
    ...(typeof identity === 'number' ? { identity } : {}),
  };
}

async function load(project: string | ProjectFile | LoadedProject): Promise<LoadedProject> {
  if (typeof project === 'string') return await loadProject(project);
  return 'projectSha256' in project ? project : await loadProjectObject(project);
}
