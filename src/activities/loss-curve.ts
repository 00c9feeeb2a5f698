/** Points kept per checkpoint: 600 over a run of 15 checkpoints. */
const pointsPerSegment = 40;

/** The loss between two checkpoints, thinned to averages, and the time it took. */
export class LossCurve {
  #points: [number, number][] = [];
  #startedAt = performance.now();

  add(step: number, loss: number): void {
    if (this.#points.at(-1)?.[0] !== step) this.#points.push([step, loss]);
  }

  /** What came since the last call: means over equal runs of steps. */
  take(): { loss: [number, number][]; seconds: number } {
    const width = Math.ceil(this.#points.length / pointsPerSegment);
    const loss: [number, number][] = [];
    for (let start = 0; start < this.#points.length; start += width) {
      const run = this.#points.slice(start, start + width);
      const mean = run.reduce((sum, [, value]) => sum + value, 0) / run.length;
      loss.push([run[run.length - 1][0], Number(mean.toPrecision(5))]);
    }
    const seconds = (performance.now() - this.#startedAt) / 1000;
    this.#points = [];
    this.#startedAt = performance.now();
    return { loss, seconds };
  }
}
