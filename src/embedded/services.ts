import { startFamilyWorkers, startMainWorker, startQueryWorker, startSandbox, type ChildContext } from './children.js';
import type { EmbeddedHome } from './home.js';
import { freePort } from './ports.js';
import { processIdentity } from '../machine/processes.js';
import { endStale } from './stale.js';
import { readState, writeState, type EmbeddedState } from './state-file.js';
import type { Supervised } from './supervised.js';
import { closeHome } from './private-home.js';
import { findTemporal } from './temporal-binary.js';
import { startServer, type RunningServer, type ServerPorts } from './temporal-server.js';

/**
 * How much has to run: Temporal alone (lists, finished runs), a worker that answers queries and takes decisions, or
 * all that carries runs on.
 */
export type Needs = 'server' | 'queries' | 'everything';

/** A worker lets its activities stop cleanly (a trainer saves) before it is killed. */
const workerGraceMs = 15_000;
/** For tidiness: what it has not said yet. */
const sandboxGraceMs = 1_000;
/** It takes 1.2 s to end by itself, with nothing to do, and its database survives kill -9. */
const serverGraceMs = 0;

export interface ServicesOptions {
  home: EmbeddedHome;
  taskQueuePrefix: string;
  fixedPorts: Partial<ServerPorts>;
  /** News for the person, one sentence each. */
  notify: (sentence: string) => void;
}

/** The running services of a home, in the process that owns them. */
export class Services {
  #sandbox: Supervised | null = null;
  #workers: Supervised[] = [];
  #level: Needs = 'server';
  #raising: Promise<void> = Promise.resolve();
  #saving: Promise<void> = Promise.resolve();
  #isStopping = false;

  private constructor(
    private readonly options: ServicesOptions,
    private readonly server: RunningServer,
    private readonly state: EmbeddedState,
  ) {}

  /** Only for the holder of the home's lock. @throws EmbeddedError */
  static async start(options: ServicesOptions): Promise<Services> {
    const { home, notify, fixedPorts } = options;
    await closeHome(home);
    const before = await readState(home.state);
    await endStale(home, before);
    const { path: program } = await findTemporal(notify);
    let services: Services | null = null;
    const server = await startServer({
      home,
      program,
      fixed: fixedPorts,
      last: { temporal: before?.temporalPort, ui: before?.uiPort },
      onTrouble: notify,
      onStart: (pid) => void services?.noteChild('temporal', pid),
    });
    services = new Services(options, server, {
      owner: process.pid,
      ready: true,
      temporalPort: server.ports.temporal,
      uiPort: server.ports.ui,
      comfyPort: before?.comfyPort,
      children: [],
    });
    await services.noteChild('temporal', server.process.pid);
    return services;
  }

  get ports(): ServerPorts {
    return this.server.ports;
  }

  get carriesOn(): boolean {
    return this.#level === 'everything';
  }

  /** Starts what is still missing for these needs. */
  async raise(needs: Needs): Promise<void> {
    // One after another: two raises at once would start two sets of workers.
    this.#raising = this.#raising.catch(() => undefined).then(() => this.#raiseTo(needs));
    await this.#raising;
  }

  /** Ends everything, workers first so that they can say good-bye to the server. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#raising.catch(() => undefined);
    await Promise.all(this.#workers.map((worker) => worker.stop(workerGraceMs)));
    await this.#sandbox?.stop(sandboxGraceMs);
    this.server.uiProxy.close();
    await this.server.process.stop(serverGraceMs);
    Object.assign(this.state, { ready: false, children: [] });
    await this.#save();
  }

  /** Ends everything at once; what is lost is done again the next time. */
  kill(): void {
    this.#isStopping = true;
    this.server.uiProxy.close();
    for (const child of [...this.#workers, this.#sandbox, this.server.process]) child?.kill();
  }

  async #raiseTo(needs: Needs): Promise<void> {
    if (needs === 'server' || this.#level === 'everything' || this.#level === needs || this.#isStopping) return;
    const context = this.#context();
    if (needs === 'queries') this.#workers.push(...(await startQueryWorker(context)));
    else await this.#startEverything(context);
    this.#level = needs;
  }

  async #startEverything(context: ChildContext): Promise<void> {
    const { notify } = this.options;
    const port = this.state.comfyPort !== undefined ? await freePort(this.state.comfyPort) : await freePort();
    this.state.comfyPort = port;
    // Only needed where pictures are measured, and not quick to load.
    const { ensureModels, ensureRuntime } = await import('../faces/index.js');
    // First, since a run is taken up by it; it needs no server for renders yet.
    this.#workers.push(await startMainWorker(context));
    // Both to their end, whichever fails: a sandbox that nobody knows of would never be stopped.
    const outcomes = await Promise.allSettled([
      startSandbox(context, port).then((sandbox) => (this.#sandbox = sandbox)),
      ensureModels({ onProgress: notify }).then(() => ensureRuntime({ onProgress: notify })),
    ]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    if (this.#isStopping) return;
    await startFamilyWorkers(context, port, (worker) => this.#workers.push(worker));
  }

  #context(): ChildContext {
    const { home, taskQueuePrefix, notify } = this.options;
    return {
      home,
      taskQueuePrefix,
      address: `127.0.0.1:${this.ports.temporal}`,
      onTrouble: notify,
      onStart: (name, pid) => void this.noteChild(name, pid),
    };
  }

  /** Keeps the state file true, so that whoever comes after a kill -9 finds what we left. */
  async noteChild(name: string, pid: number | undefined): Promise<void> {
    const identity = pid === undefined ? null : await processIdentity(pid);
    if (pid === undefined || identity === null) return;
    this.state.children = [...this.state.children.filter((child) => child.name !== name), { name, pid, identity }];
    await this.#save();
  }

  async #save(): Promise<void> {
    this.#saving = this.#saving
      .then(() => writeState(this.options.home.state, this.state))
      .catch((error: Error) => {
        this.options.notify(`Could not write ${this.options.home.state}: ${error.message}`);
      });
    await this.#saving;
  }
}
