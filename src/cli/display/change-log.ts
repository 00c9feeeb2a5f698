import type { Progress } from '../../client/index.js';
import { plain } from '../output.js';
import type { Display } from './display.js';
import { checkpointLines, findingLines, isAsking, NowLines, stageLines } from '../../progress/lines.js';
import { TimeLeft } from '../../progress/time-left.js';

/** Steps and pictures change all the time: a log gets them each five seconds at first, each minute in a stage of hours. */
const shortestPaceMs = 5000;
const longestPaceMs = 60_000;
const linesAStage = 60;

/** A line for each change, for logs and pipes. */
export class ChangeLog implements Display {
  readonly #said = new Set<string>();
  readonly #now: NowLines;
  readonly #left: TimeLeft;
  #stage = '';
  #stageSinceMs = 0;
  #pacedAtMs = -Infinity;
  #paced: readonly string[] = [];

  constructor(
    private readonly output: { write(text: string): unknown },
    private readonly nowMs: () => number = Date.now,
  ) {
    this.#now = new NowLines(nowMs);
    this.#left = new TimeLeft(nowMs);
  }

  update(progress: Progress): void {
    const { status } = progress;
    for (const line of [...stageLines(status), ...findingLines(status), ...checkpointLines(status)]) this.#once(line);
    const lines = this.#now.of(progress);
    const [stage, ...rest] = isAsking(status) ? ['', ...lines] : lines;
    const left = this.#left.of(progress);
    if (left !== null && rest.length > 0) rest[0] = `${rest[0]} · ${left}`;
    if (stage !== this.#stage) {
      this.#stage = stage;
      this.#stageSinceMs = this.nowMs();
      if (stage !== '') this.note(stage);
    }
    this.#pacedly(rest);
  }

  note(text: string): void {
    this.output.write(`${plain(text)}\n`);
  }

  end(): void {
    // Nothing to leave standing.
  }

  #pacedly(lines: string[]): void {
    const now = this.nowMs();
    const paceMs = Math.min(longestPaceMs, Math.max(shortestPaceMs, (now - this.#stageSinceMs) / linesAStage));
    const fresh = lines.filter((line) => !this.#paced.includes(line));
    if (fresh.length === 0 || now - this.#pacedAtMs < paceMs) return;
    this.#paced = lines;
    this.#pacedAtMs = now;
    for (const line of fresh) this.note(line);
  }

  /** Bounded by what a run has to say: its stages and checkpoints. */
  #once(line: string): void {
    if (this.#said.has(line)) return;
    this.#said.add(line);
    this.note(line);
  }
}
