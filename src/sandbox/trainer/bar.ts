/** Glyphs of eighths; tqdm's bar is ten cells wide where the stream is no terminal. */
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const cells = 10;
/** tqdm repaints the counter at most this often; the postfix always. */
const minIntervalMs = 100;
/** ai-toolkit's ToolkitProgressBar. */
const smoothing = 0.7;

export interface BarOptions {
  label: string;
  total: number;
  initial: number;
  write(text: string): void;
}

/** A progress bar on a pipe, as tqdm paints it: `\r`, description, counter, times, rate, postfix. */
export class ProgressBar {
  #done: number;
  #postfix = '';
  #closed = false;
  #secondsPerStep: number | null = null;
  readonly #startedAt = performance.now();
  #paintedAt = performance.now();
  #paintedDone: number;

  constructor(private readonly options: BarOptions) {
    this.#done = options.initial;
    this.#paintedDone = options.initial;
    this.#paint();
  }

  /** Always painted, with the counter as it stands before this step counts. */
  setPostfix(postfix: string): void {
    this.#postfix = postfix;
    this.#paint();
  }

  advance(): void {
    this.#done += 1;
    const now = performance.now();
    if (now - this.#paintedAt < minIntervalMs) return;
    const pace = (now - this.#paintedAt) / 1000 / (this.#done - this.#paintedDone);
    this.#secondsPerStep =
      this.#secondsPerStep === null ? pace : smoothing * pace + (1 - smoothing) * this.#secondsPerStep;
    this.#paintedAt = now;
    this.#paintedDone = this.#done;
    this.#paint();
  }

  /** Safe to call again. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#paint();
    this.options.write('\n');
  }

  #paint(): void {
    const { label, total, initial, write } = this.options;
    const elapsed = (performance.now() - this.#startedAt) / 1000;
    const fraction = total > 0 ? this.#done / total : 1;
    const pace = this.#secondsPerStep;
    const left = pace === null ? '?' : clock((total - this.#done) * pace);
    const counter = `${this.#done}/${total} [${clock(elapsed)}<${left}, ${rate(pace)}`;
    const known = this.#done > initial || this.#postfix !== '';
    const postfix = known && this.#postfix ? `, ${this.#postfix}` : '';
    const percent = String(Math.round(fraction * 100)).padStart(3);
    write(`\r${label}: ${percent}%|${glyphs(fraction)}| ${counter}${postfix}]`);
  }
}

function rate(secondsPerStep: number | null): string {
  if (secondsPerStep === null) return '?it/s';
  return secondsPerStep > 1
    ? `${secondsPerStep.toFixed(2).padStart(5)}s/it`
    : `${(1 / secondsPerStep).toFixed(2).padStart(5)}it/s`;
}

function glyphs(fraction: number): string {
  const filled = Math.floor(Math.min(fraction, 1) * cells * 8);
  const bar = '█'.repeat(Math.floor(filled / 8)) + eighths[filled % 8];
  return bar.padEnd(cells);
}

/** 3723 -> 1:02:03, 63 -> 01:03 */
function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${minutes}` : minutes;
}

/** 0.001 -> 1.0e-03, as Python's `:.1e`. */
export function scientific(value: number, digits: number): string {
  return value.toExponential(digits).replace(/e([+-])(\d)$/, 'e$10$2');
}
