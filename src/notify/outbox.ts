import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createFile } from '../files/atomic.js';
import { parseJson } from '../files/json.js';
import { fileLimits } from '../files/limits.js';
import { readRegular } from '../files/regular-file.js';
import { takeLock } from '../machine/lock.js';
import type { Notice } from '../run/notice.js';
import { send, type UndeliveredError } from './send.js';
import type { Channel, NotifySettings } from './settings.js';

const firstRetryMs = 1_000;
const lastRetryMs = 10 * 60_000;
/** What nobody took in a day is no news any more. */
const keptForMs = 24 * 3600_000;

export interface OutboxOptions {
  /** Of this machine; the workers that share it send each notice once. */
  folder: string;
  settings: NotifySettings;
  /** A sentence for the log. */
  onTrouble: (sentence: string) => void;
  firstRetryMs?: number;
}

/**
 * Notices on their way, a file each for every channel; a file holds no password and no address. The states of one:
 * Written: `put` has made the file before the run goes on; a second `put` of the same notice finds it.
 * Sending: one worker of this machine holds its lock; others leave it alone. A worker that starts takes up what it finds.
 * Waiting: the channel did not take it. It is tried again after 1 s, then twice as long each time, up to 10 minutes.
 * Removed: the channel has taken it, or refused it for good, or it is a day old, or no setting names its channel any more.
 * A worker that stops leaves what is not removed to the next one; killed between the sending and the removal, it is sent
 * twice under one id.
 */
export class Outbox {
  readonly #closing = new AbortController();
  readonly #sending = new Set<Promise<void>>();

  constructor(private readonly options: OutboxOptions) {}

  /** What an earlier worker could not send. */
  async open(): Promise<void> {
    const names = await readdir(this.options.folder).catch(() => [] as string[]);
    for (const name of names) if (name.endsWith('.json')) this.#start(name);
  }

  /** Safe to run twice. Returns as soon as it is written; nobody waits for the channels. */
  async put(notice: Notice): Promise<void> {
    const { settings, folder } = this.options;
    for (const channel of settings.notify) {
      if (!channel.on.includes(notice.kind)) continue;
      const name = `${hash(notice.id)}.${keyOf(channel)}.json`;
      if (await createFile(join(folder, name), JSON.stringify(notice), { modes: { file: 0o600, folder: 0o700 } }))
        this.#start(name);
    }
  }

  /** Waits for what is being sent; the rest stays for the next one. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#sending);
  }

  #start(name: string): void {
    const sending = this.#deliver(name).catch((error: unknown) =>
      this.options.onTrouble(`A notification could not be sent: ${(error as Error).message}`),
    );
    this.#sending.add(sending);
    void sending.finally(() => this.#sending.delete(sending));
  }

  async #deliver(name: string): Promise<void> {
    const path = join(this.options.folder, name);
    // Another worker of this machine, with the same folder, may be at it.
    const release = await takeLock(`${path}.lock`);
    if (!release) return;
    try {
      const notice = await noticeIn(path);
      const channel = this.options.settings.notify.find((one) => name.includes(`.${keyOf(one)}.`));
      if (notice && channel && Date.now() - Date.parse(notice.at) < keptForMs) {
        if (!(await this.#try(notice, channel))) return;
      }
      await rm(path, { force: true });
    } finally {
      await release();
    }
  }

  /** @returns whether it needs no further try */
  async #try(notice: Notice, channel: Channel): Promise<boolean> {
    let waitMs = this.options.firstRetryMs ?? firstRetryMs;
    for (let times = 1; ; times += 1) {
      try {
        await send(notice, channel, this.options.settings.studio);
        return true;
      } catch (error) {
        const { isFinal = false, message } = error as UndeliveredError;
        const isTooLate = Date.now() - Date.parse(notice.at) > keptForMs;
        if (isFinal || isTooLate || times === 1)
          this.options.onTrouble(
            `The notification '${notice.kind}' of ${notice.run.id} was not delivered: ${message}.`,
          );
        if (isFinal || isTooLate) return true;
      }
      if (!(await this.#pause(waitMs))) return false;
      waitMs = Math.min(lastRetryMs, waitMs * 2);
    }
  }

  async #pause(ms: number): Promise<boolean> {
    const { signal } = this.#closing;
    if (signal.aborted) return false;
    await new Promise<void>((done) => {
      const timer = setTimeout(end, ms);
      function end(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        done();
      }
      signal.addEventListener('abort', end, { once: true });
    });
    return !signal.aborted;
  }
}

/** By what it is, so that its place in the file may change; a hash tells nobody the address. */
function keyOf(channel: Channel): string {
  const where =
    'webhook' in channel
      ? channel.webhook
      : 'ntfy' in channel
        ? channel.ntfy
        : [channel.email, channel.smtp.host].flat().join(' ');
  return hash(where).slice(0, 12);
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

async function noticeIn(path: string): Promise<Notice | null> {
  try {
    return parseJson(await readRegular(path, { maxBytes: fileLimits.state })) as Notice;
  } catch {
    return null;
  }
}
