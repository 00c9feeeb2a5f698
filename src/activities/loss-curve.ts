/** Points kept per checkpoint: 600 over a run of 15 checkpoints, and of more checkpoints no more. */
const pointsPerSegment = 40;
export const mostPoints = 600;

export interface Segment {
  loss: [number, number][];
  /** On the held-out pictures; absent where nothing was measured. */
  validation?: [number, number][];
  seconds: number;
}

/** The losses between two checkpoints, thinned to averages, and the time it took. */
export class LossCurve {
  #points: [number, number][] = [];
  #validation: [number, number][] = [];
  #validatedStep = -1;
  #startedAt = performance.now();

  add(step: number, loss: number): void {
    if (this.#points.at(-1)?.[0] !== step) this.#points.push([step, loss]);
  }

  /** Told again with every progress: the last one counts once. */
  addValidation(step: number, loss: number): void {
    if (step <= this.#validatedStep) return;
    this.#validatedStep = step;
    this.#validation.push([step, loss]);
  }

  /** What came since the last call: means over equal runs of steps. */
  take(): Segment {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const validation = this.takeValidation();
    const loss = thinned(this.#points, pointsPerSegment);
    this.#points = [];
    this.#startedAt = performance.now();
    return { loss, ...(validation.length > 0 ? { validation } : {}), seconds };
  }

  takeValidation(): [number, number][] {
    return thinned(this.#validation.splice(0), pointsPerSegment);
  }
}

/** Means over equal runs of points, at most so many. */
export function thinned(points: [number, number][], most: number): [number, number][] {
  const width = Math.ceil(points.length / most);
  const means: [number, number][] = [];
  for (let start = 0; start < points.length; start += width) {
    const run = points.slice(start, start + width);
    const mean = run.reduce((sum, [, value]) => sum + value, 0) / run.length;
    means.push([run[run.length - 1][0], Number(mean.toPrecision(5))]);
  }
  return means;
}
