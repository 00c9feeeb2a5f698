/** Too short a stretch says nothing of the pace. */
const shortestStretchMs = 3000;
/** Long enough that a render beside the training, or a slow first step, does not make the time left jump. */
const windowMs = 30_000;

interface Mark {
  atMs: number;
  done: number;
}

/** How long what is under way will still take, from its pace over the last half minute. New work starts a new pace. */
export class Pace {
  /** Each progress within the window, and the last one before it: some 60 at two looks a second. */
  #marks: Mark[] = [];
  /** The first progress is behind us: it loads models, warms up, or was under way before we looked. */
  #isWarm = false;
  #work = '';

  constructor(private readonly nowMs: () => number = Date.now) {}

  /** @param work names the piece of work. @returns seconds left, or null while that can't be told. */
  secondsLeft(work: string, done: number, of: number): number | null {
    const mark = { atMs: this.nowMs(), done };
    const newest = this.#marks.at(-1);
    if (work !== this.#work || newest === undefined || done < newest.done) {
      this.#work = work;
      this.#isWarm = false;
      this.#marks = [mark];
    } else if (done > newest.done) {
      if (!this.#isWarm) this.#marks = [];
      this.#isWarm = true;
      this.#marks.push(mark);
    }
    while (this.#marks.length > 2 && this.#marks[1].atMs <= mark.atMs - windowMs) this.#marks.shift();
    return this.#left(of, mark.atMs);
  }

  #left(of: number, now: number): number | null {
    const first = this.#marks[0];
    const last = this.#marks[this.#marks.length - 1];
    const tookMs = last.atMs - first.atMs;
    if (last.done === first.done || tookMs < shortestStretchMs) return null;
    const leftMs = (of - last.done) * (tookMs / (last.done - first.done));
    // Between two marks the clock goes on; in a longer pause it stands still.
    const sinceMs = Math.min(now - last.atMs, tookMs / (this.#marks.length - 1));
    return Math.max(0, (leftMs - sinceMs) / 1000);
  }
}
