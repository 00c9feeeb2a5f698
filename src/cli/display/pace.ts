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
  #work = '';

  constructor(private readonly nowMs: () => number = Date.now) {}

  /** @param work names the piece of work. @returns seconds left, or null while that can't be told. */
  secondsLeft(work: string, done: number, of: number): number | null {
    const now = this.nowMs();
    const newest = this.#marks.at(-1);
    if (work !== this.#work || newest === undefined || done < newest.done) this.#marks = [{ atMs: now, done }];
    else if (done > newest.done) this.#marks.push({ atMs: now, done });
    this.#work = work;
    while (this.#marks.length > 2 && this.#marks[1].atMs <= now - windowMs) this.#marks.shift();
    return this.#left(of, now);
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
