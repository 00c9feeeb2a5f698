import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { openStore } from '../artifacts/store.js';
import type { Comparison } from '../comparison/comparison.js';
import type { EditorChoice } from '../project/families/default-editor.js';
import type { LoadedProject } from '../project/load.js';
import { defaultTaskQueuePrefix, roles, taskQueueOf } from '../project/names.js';
import type { ProjectFile } from '../project/schema.js';
import type { StoreUsage } from '../upkeep/usage.js';
import type { Tidied } from '../upkeep/tidy.js';
import { workersAside, type WorkerAside } from './aside.js';
import { connectTemporal, type TemporalLink, type TemporalOptions } from './connect.js';
import { defaultEditor } from './default-editor.js';
import { asClientError, asTemporalError } from './grpc.js';
import { listRuns, type ListedRun } from './list-runs.js';
import { machinesOf, type Machines } from './machines.js';
import { RunHandle } from './run-handle.js';
import { checkRunId, defaultRunId } from './run-id.js';
import { loadAny, startRun, type StartOptions } from './start-run.js';
import { unservedRoles, type UnservedRole } from './unserved.js';
import type { Pruned, PruneOptions, RemoveOptions } from './upkeep.js';

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

  get #prefix(): string {
    return this.options.taskQueuePrefix ?? defaultTaskQueuePrefix;
  }

  /**
   * Starts a run, or finds the run that this very project already has under this id, finished or not.
   * @param project a project file's path, its content as an object, or a project already loaded.
   * @throws InputError for a wrong project; AzitClientError bad-id, id-belongs-to-another-project, another-store
   */
  async start(project: string | ProjectFile | LoadedProject, options: StartOptions = {}): Promise<RunHandle> {
    const loaded = await loadAny(project);
    const starting = {
      client: this.link.client,
      store: await this.store(),
      taskQueuePrefix: this.#prefix,
      editorFor: this.editorFor.bind(this),
    };
    const runId = await startRun(starting, loaded, options);
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
    try {
      const choose = async () => await defaultEditor(loaded, client, this.#prefix, await this.store(), runId);
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
    return await listRuns(this.link.client, this.store, limit);
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
      return await unservedRoles(this.link.client, this.#prefix, family, editors);
    } catch (error) {
      throw asClientError(error, '');
    }
  }

  /** The workers that live, what each does, and what waits for whom. @throws AzitClientError temporal-unreachable */
  async machines(): Promise<Machines> {
    const { client } = this.link;
    try {
      return await client.withDeadline(Date.now() + machinesTimeoutMs, () => machinesOf(client, this.#prefix));
    } catch (error) {
      throw asTemporalError(error);
    }
  }

  /** The workers that take no work of a family's queues for now, and why. */
  async aside(family: string): Promise<(WorkerAside & { taskQueue: string })[]> {
    const queues = [...new Set(roles.map((role) => taskQueueOf(this.#prefix, role, family)))];
    try {
      const found = queues.map(async (taskQueue) => {
        return (await workersAside(this.link.client, taskQueue)).map((each) => ({ ...each, taskQueue }));
      });
      return (await Promise.all(found)).flat();
    } catch (error) {
      throw asClientError(error, '');
    }
  }

  /** What is being asked of Temporal at this moment ends with an error. */
  async close(): Promise<void> {
    await this.link.close();
  }
}
