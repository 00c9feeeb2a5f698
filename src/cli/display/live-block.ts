import type { Progress } from '../../client/index.js';
import { plain } from '../output.js';
import { checkpointLines, NowLines, stageLines } from './lines.js';
import type { Display } from './display.js';

const eraseLine = '\u001b[2K';
const up = (lines: number): string => (lines > 0 ? `\u001b[${lines}A` : '');
const shownCheckpoints = 8;

/** One block on a terminal, drawn over itself. */
export class LiveBlock implements Display {
  #height = 0;
  readonly #now = new NowLines();

  constructor(private readonly terminal: NodeJS.WriteStream) {}

  update(progress: Progress): void {
    const checkpoints = checkpointLines(progress.status).slice(-shownCheckpoints);
    this.#draw([...stageLines(progress.status), ...this.#now.of(progress), ...checkpoints]);
  }

  note(text: string): void {
    this.#draw([]);
    this.terminal.write(`${plain(text)}\n`);
  }

  /** Leaves the last block standing. */
  end(): void {
    this.#height = 0;
  }

  #draw(lines: string[]): void {
    const width = this.terminal.columns || 80;
    const erase = `\r${up(this.#height)}${`${eraseLine}\n`.repeat(this.#height)}${up(this.#height)}`;
    const cut = lines.map((line) => plain(line).slice(0, width - 1));
    this.terminal.write(erase + cut.map((line) => `${line}\n`).join(''));
    this.#height = cut.length;
  }
}
