export interface StallLimits {
  /** Nothing at all printed while the model loads (24 GB from a network disk, quantisation). */
  loadingMs: number;
  /** Nothing printed while pictures are scanned and encoded. */
  preparingMs: number;
  /** From the last preparation to the first step: compilation and the first pass on a cold GPU. */
  firstStepMs: number;
  /** The least that a step is given, however quick the ones before: a save, a throttled or shared GPU. */
  leastStepMs: number;
}

export const stallLimits: StallLimits = {
  loadingMs: 30 * 60_000,
  preparingMs: 15 * 60_000,
  firstStepMs: 15 * 60_000,
  leastStepMs: 90_000,
};

/** A step that takes this many times what the ones before took is none. */
const paceFactor = 30;
/** How quickly the known pace follows: the last ten or so steps. */
const paceWeight = 0.1;

export type StallPhase = 'loading' | 'preparing' | 'first-step' | 'stepping';

/** Judges whether the trainer still advances, by a clock that no one can set. All times in milliseconds. */
export class StallWatch {
  #phase: StallPhase = 'loading';
  #lastAdvance: number;
  #lastLook: number;
  #paceMs: number | null = null;

  constructor(
    private readonly limits: StallLimits,
    /** Looks further apart than this mean that we ourselves did not run (stopped, suspended, swapped out). */
    private readonly longestLookMs: number,
    now: number,
  ) {
    this.#lastAdvance = now;
    this.#lastLook = now;
  }

  /** Output or a new phase; within `stepping` only steps count. */
  noteOutput(now: number, phase?: StallPhase): void {
    if (this.#phase === 'stepping') return;
    this.#phase = phase ?? this.#phase;
    this.#lastAdvance = now;
  }

  noteSteps(now: number, steps: number): void {
    if (this.#phase === 'stepping') {
      const paceMs = (now - this.#lastAdvance) / steps;
      this.#paceMs = this.#paceMs === null ? paceMs : paceWeight * paceMs + (1 - paceWeight) * this.#paceMs;
    }
    this.#phase = 'stepping';
    this.#lastAdvance = now;
  }

  /** @returns what it has waited for too long, in words, or null. */
  look(now: number): string | null {
    const sinceLook = now - this.#lastLook;
    this.#lastLook = now;
    // What it printed while we did not run has not been read yet: the wait starts anew.
    if (sinceLook > this.longestLookMs) this.#lastAdvance = now;
    const limitMs = this.#limitMs();
    const waitedMs = now - this.#lastAdvance;
    return waitedMs > limitMs ? `${says[this.#phase]} for ${Math.round(waitedMs / 1000)} s` : null;
  }

  #limitMs(): number {
    const { loadingMs, preparingMs, firstStepMs, leastStepMs } = this.limits;
    if (this.#phase === 'loading') return loadingMs;
    if (this.#phase === 'preparing') return preparingMs;
    if (this.#phase === 'first-step') return firstStepMs;
    return Math.max(leastStepMs, paceFactor * (this.#paceMs ?? 0));
  }
}

const says: Record<StallPhase, string> = {
  loading: 'the model has been loading without a word',
  preparing: 'the pictures have been prepared without a word',
  'first-step': 'the first step has not come',
  stepping: 'no step has been made',
};
