import type { Progress } from '../../client/index.js';
import { plain } from '../output.js';
import type { Display } from './display.js';
import { checkpointLines, NowLines, stageLines } from './lines.js';

/** Steps and pictures change all the time: a log gets them at most this often. */
const paceMs = 5000;

/** A line for each change, for logs and pipes. */
export class ChangeLog implements Display {
  readonly #said = new Set<string>();
  readonly #now = new NowLines();
  #stage = '';
  #saidAtMs = 0;

  constructor(
    private readonly output: { write(text: string): unknown },
    private readonly nowMs: () => number = Date.now,
  ) {}

  update(progress: Progress): void {
    for (const line of [...stageLines(progress.status), ...checkpointLines(progress.status)]) this.#once(line);
    const [stage, ...rest] = this.#now.of(progress);
    if (stage !== this.#stage) {
      this.#stage = stage;
      this.note(stage);
    }
    if (rest.length === 0 || this.nowMs() - this.#saidAtMs < paceMs) return;
    this.#saidAtMs = this.nowMs();
    for (const line of rest) this.#once(line);
  }

  note(text: string): void {
    this.output.write(`${plain(text)}\n`);
  }

  end(): void {
    // Nothing to leave standing.
  }

  /** Bounded by what a run has to say: its stages, checkpoints, and a line every few seconds. */
  #once(line: string): void {
    if (this.#said.has(line)) return;
    this.#said.add(line);
    this.note(line);
  }
}
