import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultTaskQueuePrefix } from '../project/names.js';
import { EmbeddedError } from './errors.js';
import { embeddedHome, type EmbeddedHome } from './home.js';
import { isHeld, takeLock } from '../machine/lock.js';
import { closeRoot } from './private-home.js';
import { sandboxName } from './children.js';
import { Services, type Needs } from './services.js';
import { readState } from './state-file.js';
import type { ServerPorts } from './temporal-server.js';

/** A first start fetches Temporal's server and the face models; the second `azit` waits as long for the first. */
const ownerReadyWithinMs = 600_000;
const pollMs = 100;
/** How soon a guest notices that the owner has gone. */
const standbyMs = 500;

export interface EmbeddedOptions {
  home?: EmbeddedHome;
  needs: Needs;
  taskQueuePrefix?: string;
  fixedPorts?: Partial<ServerPorts>;
  notify: (sentence: string) => void;
}

type Standing =
  { kind: 'owner'; services: Services; release: () => Promise<void> } | { kind: 'guest'; ports: ServerPorts };

/**
 * The embedded default of a folder: one process owns the services, any further one is a guest on them, and takes them
 * over (same database, same ports) when the owner goes away first.
 */
export class Embedded {
  #standing: Standing;
  #needs: Needs;
  readonly #closing = new AbortController();
  #standby: Promise<void> = Promise.resolve();

  private constructor(
    private readonly options: EmbeddedOptions,
    private readonly home: EmbeddedHome,
    standing: Standing,
  ) {
    this.#standing = standing;
    this.#needs = options.needs;
    if (standing.kind === 'guest') this.#standby = this.#standBy();
  }

  /** Whether any run can be there to be asked about. */
  static hasRuns(home = embeddedHome()): boolean {
    // The store remembers runs that Temporal's database has lost.
    return existsSync(home.database) || existsSync(join(home.artifacts, 'records', 'run-index'));
  }

  /** Whether another process runs the services of this folder now. */
  static async isRunning(home = embeddedHome()): Promise<boolean> {
    return await isHeld(home.lock);
  }

  /** @throws EmbeddedError */
  static async open(options: EmbeddedOptions): Promise<Embedded> {
    const home = options.home ?? embeddedHome();
    await closeRoot(home);
    const deadline = performance.now() + ownerReadyWithinMs;
    while (performance.now() < deadline) {
      const release = await takeLock(home.lock);
      if (release) return await Embedded.#asOwner(options, home, release);
      const state = await readState(home.state);
      if (state?.ready && (await isHeld(home.lock)))
        return new Embedded(options, home, {
          kind: 'guest',
          ports: { temporal: state.temporalPort, ui: state.uiPort },
        });
      await sleep(pollMs);
    }
    throw new EmbeddedError(
      `Another azit process holds ${home.lock}, but its Temporal server does not start: stop that process, then try again.`,
    );
  }

  static async #asOwner(options: EmbeddedOptions, home: EmbeddedHome, release: () => Promise<void>): Promise<Embedded> {
    const services = await startServices(options, home).catch(async (error: unknown) => {
      await release();
      throw error;
    });
    const embedded = new Embedded(options, home, { kind: 'owner', services, release });
    try {
      await services.raise(options.needs);
      return embedded;
    } catch (error) {
      await embedded.close();
      throw error;
    }
  }

  get isOwner(): boolean {
    return this.#standing.kind === 'owner';
  }

  /** Whether whoever owns the services has started all that carries runs on; a list or a decision starts less. */
  async carriesOn(): Promise<boolean> {
    if (this.#standing.kind === 'owner') return this.#standing.services.carriesOn;
    return (await readState(this.home.state))?.children.some(({ name }) => name === sandboxName) ?? false;
  }

  /** host:port of Temporal. */
  get address(): string {
    return `127.0.0.1:${this.#ports.temporal}`;
  }

  get uiUrl(): string {
    return `http://127.0.0.1:${this.#ports.ui}`;
  }

  /** Starts what is still missing, where the services are ours to start. */
  async raise(needs: Needs): Promise<void> {
    this.#needs = needs;
    if (this.#standing.kind === 'owner') await this.#standing.services.raise(needs);
  }

  /** Ends what we own, and leaves what we don't. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#standby;
    if (this.#standing.kind === 'guest') return;
    await this.#standing.services.stop();
    await this.#standing.release();
  }

  kill(): void {
    this.#closing.abort();
    if (this.#standing.kind === 'owner') this.#standing.services.kill();
  }

  get #ports(): ServerPorts {
    return this.#standing.kind === 'owner' ? this.#standing.services.ports : this.#standing.ports;
  }

  async #standBy(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await sleep(standbyMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const release = await takeLock(this.home.lock);
      if (!release) continue;
      try {
        const services = await startServices(this.options, this.home);
        this.#standing = { kind: 'owner', services, release };
        await services.raise(this.#needs);
      } catch (error) {
        this.options.notify(`Could not take over the services: ${(error as Error).message}`);
        if (this.#standing.kind === 'guest') await release();
      }
      return;
    }
  }
}

async function startServices(options: EmbeddedOptions, home: EmbeddedHome): Promise<Services> {
  return await Services.start({
    home,
    taskQueuePrefix: options.taskQueuePrefix ?? defaultTaskQueuePrefix,
    fixedPorts: options.fixedPorts ?? {},
    notify: options.notify,
  });
}
