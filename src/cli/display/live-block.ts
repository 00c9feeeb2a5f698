import type { Progress } from '../../client/index.js';
import { plain } from '../output.js';
import { coloured, hasColours } from './colour.js';
import { fitted, wrapped } from './columns.js';
import { checkpointLines, findingLines, NowLines, stageLines } from '../../progress/lines.js';
import type { Display } from './display.js';
import { TimeLeft } from '../../progress/time-left.js';

const eraseLine = '\u001b[2K';
const up = (lines: number): string => (lines > 0 ? `\u001b[${lines}A` : '');
const shownCheckpoints = 8;

/**
 * One block on a terminal, drawn over itself. Not log-update 6.1: a terminal that gives 0 columns (a container's before
 * its first resize) gets a letter a line of it, and what stays above the block would be a write of its own.
 */
export class LiveBlock implements Display {
  #lines: string[] = [];
  /** Lines of the block on the terminal now. */
  #height = 0;
  readonly #now = new NowLines();
  readonly #left = new TimeLeft();

  constructor(private readonly terminal: NodeJS.WriteStream) {}

  update(progress: Progress): void {
    const checkpoints = checkpointLines(progress.status).slice(-shownCheckpoints);
    const left = this.#left.of(progress) ?? 'time left: estimating';
    const isRunning = progress.status.state === 'running' && progress.status.finishedAt === null;
    const now = this.#now.of(progress);
    const over = [...stageLines(progress.status), ...findingLines(progress.status)];
    this.#lines = [...over, ...now, ...(isRunning ? [left] : []), ...checkpoints];
    this.#draw();
  }

  note(text: string): void {
    this.#draw(`${wrapped(plain(text), this.#columns())}\n`);
  }

  /** Leaves the last block standing, its long lines whole: nothing is drawn over them any more. */
  end(): void {
    this.terminal.write(
      this.#erasing() + this.#lines.map((line) => `${this.#paint(wrapped(plain(line), this.#columns()))}\n`).join(''),
    );
    this.#lines = [];
    this.#height = 0;
  }

  /** @param above what stays, above the block. */
  #draw(above = ''): void {
    const { rows = 24 } = this.terminal;
    // A block that is higher than the terminal could not be drawn over: its oldest lines give way.
    const shown = this.#lines.slice(-Math.max(1, (rows || 24) - 1));
    const drawn = shown.map((line) => this.#paint(fitted(plain(line), this.#columns())));
    this.terminal.write(this.#erasing() + above + drawn.map((line) => `${line}\n`).join(''));
    this.#height = drawn.length;
  }

  /** The last column stays free: some terminals begin a new line there. */
  #columns(): number {
    return (this.terminal.columns || 80) - 1;
  }

  #paint(line: string): string {
    return hasColours(this.terminal) ? coloured(line) : line;
  }

  #erasing(): string {
    return `\r${up(this.#height)}${`${eraseLine}\n`.repeat(this.#height)}${up(this.#height)}`;
  }
}
