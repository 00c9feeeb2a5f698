import type { ListedRun } from '../../client/index.js';
import type { NoticeKind } from '../../run/notice.js';
import { LivingPage } from './living-page.js';

/** What a browser says in a notification of its own. */
export interface News {
  /** The same in every browser and on every page. */
  id: string;
  runId: string;
  title: string;
  body: string;
}

const most = 20;

const words: Partial<Record<ListedRun['state'], { kind: NoticeKind; title: string }>> = {
  waiting: { kind: 'waiting', title: 'is waiting for you' },
  'needs-help': { kind: 'needs-help', title: 'needs help' },
  completed: { kind: 'done', title: 'is done' },
  failed: { kind: 'failed', title: 'failed' },
};

/** What changed in the list of runs since the studio looked first. */
export class RunNews {
  readonly page = new LivingPage();
  #states: Map<string, ListedRun['state']> | null = null;
  #news: News[] = [];

  constructor() {
    this.#show();
  }

  take(runs: readonly ListedRun[], nowMs = Date.now()): void {
    const before = this.#states;
    this.#states = new Map(runs.map(({ runId, state }) => [runId, state]));
    if (!before) return;
    for (const { runId, name, state } of runs) {
      const said = words[state];
      if (!said || before.get(runId) === state) continue;
      const id = `${runId} ${state} ${Math.floor(nowMs / 10_000)}`;
      this.#news.push({ id, runId, title: `${name || runId} ${said.title}`, body: `Run ${runId}` });
    }
    this.#news = this.#news.slice(-most);
    this.#show();
  }

  /** A part like those of a page; a browser reads it and puts it nowhere. */
  #show(): void {
    this.page.set([['news', JSON.stringify(this.#news)]]);
  }
}
