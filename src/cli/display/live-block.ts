import type { Progress } from '../../client/index.js';
import { plain } from '../output.js';
import { fitted } from './columns.js';
import { checkpointLines, NowLines, stageLines } from './lines.js';
import type { Display } from './display.js';

const eraseLine = '\u001b[2K';
const up = (lines: number): string => (lines > 0 ? `\u001b[${lines}A` : '');
const shownCheckpoints = 8;

/** One block on a terminal, drawn over itself. */
export class LiveBlock implements Display {
  #lines: string[] = [];
  /** Lines of the block on the terminal now. */
  #height = 0;
  readonly #now = new NowLines();

  constructor(private readonly terminal: NodeJS.WriteStream) {}

  update(progress: Progress): void {
    const checkpoints = checkpointLines(progress.status).slice(-shownCheckpoints);
    this.#lines = [...stageLines(progress.status), ...this.#now.of(progress), ...checkpoints];
    this.#draw();
  }

  note(text: string): void {
    this.#draw(`${plain(text)}\n`);
  }

  /** Leaves the last block standing, its long lines whole: nothing is drawn over them any more. */
  end(): void {
    this.terminal.write(this.#erasing() + this.#lines.map((line) => `${plain(line)}\n`).join(''));
    this.#lines = [];
    this.#height = 0;
  }

  /** @param above what stays, above the block. */
  #draw(above = ''): void {
    const { columns = 80, rows = 24 } = this.terminal;
    // A block that is higher than the terminal could not be drawn over: its oldest lines give way.
    const shown = this.#lines.slice(-Math.max(1, (rows || 24) - 1));
    const drawn = shown.map((line) => fitted(plain(line), (columns || 80) - 1));
    this.terminal.write(this.#erasing() + above + drawn.map((line) => `${line}\n`).join(''));
    this.#height = drawn.length;
  }

  #erasing(): string {
    return `\r${up(this.#height)}${`${eraseLine}\n`.repeat(this.#height)}${up(this.#height)}`;
  }
}
