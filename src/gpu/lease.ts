import { stat, utimes } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { holderOf, isAlive, takeLock, type Holder, type Release } from '../machine/lock.js';

/** How often a holder says that it lives, to those that can't see its process (another container of the machine). */
const beatEveryMs = 5_000;
/** Silence of a holder in another container after which it is taken for dead; several missed beats. */
const silenceMs = 60_000;
const lookEveryMs = 500;

/** The GPU is somebody else's for longer than a unit of work waits: it is given back, for a worker that has a GPU free. */
export class GpuBusyError extends Error {
  override readonly name = 'GpuBusyError';
  readonly type = 'unavailable';
  constructor(
    label: string,
    readonly holder: string,
    waitedMs: number,
  ) {
    super(`${label} was not free within ${Math.round(waitedMs / 1000)} s: ${holder}.`);
  }
}

export interface LeaseRequest {
  /** In words, for whoever waits: "trainLora of run mina". */
  doing: string;
  /** How long to wait before GpuBusyError. */
  waitMs: number;
  signal: AbortSignal;
  /** Called while it waits, with who has it. */
  onWait?(holder: string): void;
}

/** One file a GPU of this machine, shared by all its workers; a folder that all their containers see. */
export const leaseFolder = (environment: NodeJS.ProcessEnv = process.env): string =>
  environment.AZIT_GPU_LEASES ?? join(tmpdir(), 'azit-gpu');

/**
 * One GPU (or one render server, if no GPU is named), for one unit of work at a time. The states of its file:
 * Absent: free; whoever creates it first has the GPU.
 * Held: it names a living process of this machine, or one of another container whose beat still changes.
 * Stale: the process is gone, or the beat has not changed for `silenceMs`; the next taker removes the file.
 */
export class GpuLease {
  readonly #path: string;
  /** When each holder's last beat was seen, by our own clock: file times may be set back. */
  #seen: { token: string; beat: number; at: number } | null = null;

  constructor(
    readonly gpu: string,
    folder = leaseFolder(),
    /** In a sentence. */
    readonly label = `GPU ${gpu}`,
  ) {
    this.#path = join(folder, `gpu-${gpu.replace(/[^\w.-]+/g, '_')}.lock`);
  }

  /** Who else has it now, in words; null: nobody alive. */
  async holder(): Promise<string | null> {
    const holder = await holderOf(this.#path);
    return holder && (await this.#lives(holder)) ? inWords(holder) : null;
  }

  /** @returns how to give it back. @throws GpuBusyError, or the signal's reason. */
  async take({ doing, waitMs, signal, onWait }: LeaseRequest): Promise<Release> {
    const startedAt = performance.now();
    for (;;) {
      signal.throwIfAborted();
      const release = await takeLock(this.#path, { doing, lives: (holder) => this.#lives(holder) });
      if (release) return this.#held(release);
      const holder = (await this.holder()) ?? 'its user is changing';
      const waitedMs = performance.now() - startedAt;
      if (waitedMs >= waitMs) throw new GpuBusyError(this.label, holder, waitedMs);
      onWait?.(holder);
      await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #held(release: Release): Release {
    const beat = setInterval(() => {
      const now = new Date();
      utimes(this.#path, now, now).catch(() => undefined);
    }, beatEveryMs);
    beat.unref();
    return async () => {
      clearInterval(beat);
      await release();
    };
  }

  async #lives(holder: Holder): Promise<boolean> {
    if (holder.host === hostname()) return await isAlive(holder);
    // Another container of this machine: its process numbers mean nothing here, only its beats do.
    const beat = (await stat(this.#path).catch(() => null))?.mtimeMs ?? 0;
    const now = performance.now();
    if (this.#seen?.token !== holder.token || this.#seen.beat !== beat) {
      this.#seen = { token: holder.token, beat, at: now };
    }
    return now - this.#seen.at < silenceMs;
  }
}

const inWords = ({ doing, pid, host, since }: Holder): string =>
  `${doing || 'another worker'} is using it (process ${pid} on ${host}, since ${since})`;
