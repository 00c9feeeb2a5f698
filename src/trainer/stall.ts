export interface StallLimits {
  /** Nothing at all printed while the model loads (24 GB from a network disk, quantisation). */
  loadingMs: number;
  /** Nothing printed while pictures are scanned and encoded. */
  preparingMs: number;
  /** From the last preparation to the first step: compilation and the first pass on a cold GPU. */
  firstStepMs: number;
  /** The least that a step is given, however quick the ones before: a throttled or shared GPU. */
  leastStepMs: number;
  /** Nothing printed while it saves: a slow network disk. */
  savingMs: number;
}

export const stallLimits: StallLimits = {
  loadingMs: 30 * 60_000,
  preparingMs: 15 * 60_000,
  firstStepMs: 15 * 60_000,
  leastStepMs: 90_000,
  savingMs: 10 * 60_000,
};

/** A step that takes this many times what the ones before took is none. */
const paceFactor = 30;
/** How quickly the known pace follows: the last ten or so steps. */
const paceWeight = 0.1;
/** A phase is over in this many times its limit, whatever it prints: "connection lost, trying again", for ever. */
const longestPhase = 8;

/** In their order; steps and saves take turns. */
const phases = ['loading', 'preparing', 'first-step', 'stepping', 'saving'] as const;
export type StallPhase = (typeof phases)[number];

/** Judges whether the trainer still advances, by a clock that no one can set. All times in milliseconds. */
export class StallWatch {
  #phase: StallPhase = 'loading';
  #phaseSince: number;
  #lastAdvance: number;
  #lastLook: number;
  #paceMs: number | null = null;

  constructor(
    private readonly limits: StallLimits,
    /** Looks further apart than this mean that we ourselves did not run (stopped, suspended, swapped out). */
    private readonly longestLookMs: number,
    now: number,
  ) {
    this.#phaseSince = now;
    this.#lastAdvance = now;
    this.#lastLook = now;
  }

  /**
   * Output or a new phase; within `stepping` only steps and saves count. The trainer's two streams have no common order:
   * the words of an earlier phase may be read after the first bar, and do not lead back.
   */
  noteOutput(now: number, phase: StallPhase = this.#phase): void {
    if (this.#phase === 'stepping' && phase !== 'saving') return;
    if (phases.indexOf(phase) > phases.indexOf(this.#phase)) this.#enter(now, phase);
    this.#lastAdvance = now;
  }

  /** Steps are to follow. */
  noteSaved(now: number): void {
    if (this.#phase === 'saving') this.#enter(now, 'stepping');
  }

  #enter(now: number, phase: StallPhase): void {
    this.#phase = phase;
    this.#phaseSince = now;
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
    if (sinceLook > this.longestLookMs) {
      this.#lastAdvance = now;
      this.#phaseSince += sinceLook;
    }
    const limitMs = this.#limitMs();
    const [silentMs, phaseMs] = [now - this.#lastAdvance, now - this.#phaseSince];
    if (this.#phase === 'stepping') return silentMs > limitMs ? `no step for ${inSeconds(silentMs)}` : null;
    if (silentMs > limitMs) return `no output for ${inSeconds(silentMs)} while ${doing[this.#phase]}`;
    return phaseMs > longestPhase * limitMs ? `${inSeconds(phaseMs)} spent ${doing[this.#phase]}` : null;
  }

  #limitMs(): number {
    const { loadingMs, preparingMs, firstStepMs, leastStepMs, savingMs } = this.limits;
    switch (this.#phase) {
      case 'loading':
        return loadingMs;
      case 'preparing':
        return preparingMs;
      case 'first-step':
        return firstStepMs;
      case 'saving':
        return savingMs;
      case 'stepping':
        return Math.max(leastStepMs, paceFactor * (this.#paceMs ?? 0));
    }
  }
}

const inSeconds = (ms: number): string => `${Math.round(ms / 1000)} s`;

const doing: Record<Exclude<StallPhase, 'stepping'>, string> = {
  loading: 'loading the model',
  preparing: 'preparing the images',
  'first-step': 'waiting for the first step',
  saving: 'saving a checkpoint',
};
