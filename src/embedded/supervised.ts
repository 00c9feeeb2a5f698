import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnGuarded, type GuardedCommand } from '../machine/dies-with-parent.js';
import { lastLines } from './log-file.js';
import { signalIfThere } from '../machine/processes.js';

const firstDelayMs = 200;
const longestDelayMs = 10_000;
/** Only a child that has lived this long counts as well again: one that dies at start must not be started at once for ever. */
const soundUptimeMs = 30_000;
/** So many deaths in a row are worth a word to the person. */
const deathsWorthAWord = 4;

export interface SupervisedOptions extends GuardedCommand {
  /** e.g. render worker */
  name: string;
  /** After it was started again and again in vain: a sentence with the end of its log. */
  onTrouble: (sentence: string) => void;
  /** Each time it has started, the first time included. */
  onStart?: (pid: number) => void;
}

/** A child process that is started again when it dies, later each time, until it is stopped. */
export class Supervised {
  #child: ChildProcess | null = null;
  #deaths = 0;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;

  constructor(readonly options: SupervisedOptions) {
    this.#ended = this.#keepAlive();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** How often it has died in a row. */
  get deaths(): number {
    return this.#deaths;
  }

  /** SIGTERM, then SIGKILL to the whole group after the grace. Returns when nothing of it runs. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    const { pid } = this;
    if (pid !== undefined) signalIfThere(-pid, 'SIGTERM');
    const timeout = new AbortController();
    const inTime = await Promise.race([
      this.#ended.then(() => true),
      sleep(graceMs, false, { signal: timeout.signal }).catch(() => false),
    ]);
    timeout.abort();
    if (!inTime && pid !== undefined) signalIfThere(-pid, 'SIGKILL');
    await this.#ended;
  }

  /** At once, with no grace. */
  kill(): void {
    this.#stopping.abort();
    if (this.pid !== undefined) signalIfThere(-this.pid, 'SIGKILL');
  }

  async #keepAlive(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const startedAt = performance.now();
      await this.#liveOnce();
      if (signal.aborted) return;
      this.#deaths = performance.now() - startedAt >= soundUptimeMs ? 1 : this.#deaths + 1;
      if (this.#deaths === deathsWorthAWord) this.options.onTrouble(await this.#trouble());
      await sleep(this.#delayMs(), undefined, { signal }).catch(() => undefined);
    }
  }

  async #liveOnce(): Promise<void> {
    const child = spawnGuarded(this.options);
    this.#child = child;
    // The pipe only has to stay open; its write end must not keep us alive, nor its error end us.
    child.stdin?.on('error', () => undefined);
    try {
      await once(child, 'spawn');
      this.options.onStart?.(child.pid as number);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    } catch {
      // It could not even be spawned: treated like a death.
    } finally {
      // The shell may have died alone: whatever is left of its group goes with it.
      if (child.pid !== undefined) signalIfThere(-child.pid, 'SIGKILL');
      child.stdin?.destroy();
      this.#child = null;
    }
  }

  async #trouble(): Promise<string> {
    const lines = await lastLines(this.options.logPath, 3);
    return `The ${this.options.name} keeps exiting; its log ${this.options.logPath} ends with: ${lines.join(' | ')}`;
  }

  #delayMs(): number {
    const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** (this.#deaths - 1));
    return delay * (0.75 + Math.random() / 2);
  }
}
