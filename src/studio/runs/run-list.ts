import type { AzitClient, ListedRun } from '../../client/index.js';
import { cardParts, type CardRun } from '../pages/cards.js';
import { LivingPage } from './living-page.js';
import { RunNews } from './news.js';
import { Poller } from './poller.js';
import type { WatchedRuns } from './watched-runs.js';

const mostListed = 1000;
const lookEveryMs = 2000;
/** Runs under way whose pace is looked at for the list too. */
const mostFollowed = 12;

/** All runs, as one page that all browsers share. */
export class RunList {
  readonly page = new LivingPage();
  readonly news = new RunNews();
  #trouble: unknown = null;
  #followed = new Map<string, () => void>();
  readonly #closing = new AbortController();
  readonly poller = new Poller({
    look: () => this.#look(),
    goodForMs: lookEveryMs,
    signal: this.#closing.signal,
    onIdle: () => this.#unfollow(),
  });

  constructor(
    private readonly client: AzitClient,
    private readonly runs: WatchedRuns,
  ) {}

  async close(): Promise<void> {
    this.#closing.abort();
    await this.poller.ended();
  }

  async #look(): Promise<void> {
    let listed: ListedRun[] | null = null;
    try {
      listed = await this.client.list(mostListed);
      this.#trouble = null;
    } catch (error) {
      this.#trouble = error;
    }
    if (listed) this.#follow(listed);
    if (listed) this.news.take(listed);
    const cards = listed?.map((run): CardRun => {
      const watched = this.#followed.has(run.runId) ? this.runs.of(run.runId) : null;
      return { run, progress: watched?.progress ?? null, left: watched?.timeLeft ?? null };
    });
    this.page.set(cardParts(cards ?? null, this.#trouble));
  }

  /** The runs that go on are looked at as on their own pages: their step and time left stand on their cards. */
  #follow(listed: readonly ListedRun[]): void {
    if (!this.poller.isWatched) return;
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
    for (const runId of wanted)
      if (!this.#followed.has(runId)) this.#followed.set(runId, this.runs.of(runId).poller.watch());
  }

  #unfollow(): void {
    for (const end of this.#followed.values()) end();
    this.#followed.clear();
  }
}
