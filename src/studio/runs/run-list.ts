import { setTimeout as sleep } from 'node:timers/promises';
import type { AzitClient, ListedRun } from '../../client/index.js';
import { cardParts, type CardRun } from '../pages/cards.js';
import { LivingPage } from './living-page.js';
import type { WatchedRuns } from './watched-runs.js';

const mostListed = 1000;
const lookEveryMs = 2000;
const lingerMs = 10_000;
/** Runs under way whose pace is looked at for the list too. */
const mostFollowed = 12;

/** All runs, as one page that all browsers share. */
export class RunList {
  readonly page = new LivingPage();
  #lookers = 0;
  #idleSinceMs = 0;
  #lookedAtMs = -Infinity;
  #looking: Promise<void> | null = null;
  #isPolling = false;
  #trouble: unknown = null;
  #followed = new Map<string, () => void>();
  readonly #closing = new AbortController();

  constructor(
    private readonly client: AzitClient,
    private readonly runs: WatchedRuns,
  ) {}

  /** Looks now, unless it just has. */
  async fresh(): Promise<void> {
    this.#idleSinceMs = Date.now();
    if (Date.now() - this.#lookedAtMs >= lookEveryMs) await this.look();
  }

  /** @returns how to end it */
  watch(): () => void {
    this.#lookers += 1;
    if (!this.#isPolling) void this.#poll();
    return () => {
      this.#lookers -= 1;
      this.#idleSinceMs = Date.now();
    };
  }

  async look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = null));
    await this.#looking;
  }

  close(): void {
    this.#closing.abort();
  }

  async #poll(): Promise<void> {
    this.#isPolling = true;
    const { signal } = this.#closing;
    while (!signal.aborted && (this.#lookers > 0 || Date.now() - this.#idleSinceMs < lingerMs)) {
      await this.look();
      await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
    this.#isPolling = false;
    for (const end of this.#followed.values()) end();
    this.#followed.clear();
  }

  async #look(): Promise<void> {
    let listed: ListedRun[] | null = null;
    try {
      listed = await this.client.list(mostListed);
      this.#trouble = null;
    } catch (error) {
      this.#trouble = error;
    }
    this.#lookedAtMs = Date.now();
    if (listed) this.#follow(listed);
    const cards = listed?.map((run): CardRun => {
      const watched = this.#followed.has(run.runId) ? this.runs.of(run.runId) : null;
      return { run, progress: watched?.progress ?? null, left: watched?.timeLeft ?? null };
    });
    this.page.set(cardParts(cards ?? null, this.#trouble));
  }

  /** The runs that go on are looked at as on their own pages: their step and time left stand on their cards. */
  #follow(listed: readonly ListedRun[]): void {
    if (this.#lookers === 0) return;
    const wanted = new Set(
      listed
        .filter(({ finishedAt }) => finishedAt === null)
        .slice(0, mostFollowed)
        .map(({ runId }) => runId),
    );
    for (const [runId, end] of this.#followed) {
      if (wanted.has(runId)) continue;
      end();
      this.#followed.delete(runId);
    }
    for (const runId of wanted) if (!this.#followed.has(runId)) this.#followed.set(runId, this.runs.of(runId).watch());
  }
}
