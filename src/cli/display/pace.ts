/** Too short a stretch says nothing of the pace. */
const shortestStretchMs = 1500;

interface Mark {
  atMs: number;
  done: number;
}

/** How long what is under way will still take, from how it went so far. A new piece of work starts a new pace. */
export class Pace {
  #first: Mark | null = null;
  #last: Mark | null = null;
  #work = '';

  constructor(private readonly nowMs: () => number = Date.now) {}

  /** @param work names the piece of work. @returns seconds left, or null while that can't be told. */
  secondsLeft(work: string, done: number, of: number): number | null {
    const mark = { atMs: this.nowMs(), done };
    if (work !== this.#work || this.#first === null || done < this.#first.done) {
      this.#work = work;
      this.#first = mark;
      this.#last = mark;
      return null;
    }
    if (this.#last === null || done > this.#last.done) this.#last = mark;
    const progressed = this.#last.done - this.#first.done;
    const tookMs = this.#last.atMs - this.#first.atMs;
    if (progressed <= 0 || tookMs < shortestStretchMs) return null;
    const sinceMs = mark.atMs - this.#last.atMs;
    return Math.max(0, ((of - this.#last.done) * (tookMs / progressed) - sinceMs) / 1000);
  }
}
