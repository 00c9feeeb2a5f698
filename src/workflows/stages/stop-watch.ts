import { condition, isCancellation } from '@temporalio/workflow';
import { watchOf, type Watch } from '../../project/watched-steps.js';
import { type TrainingStop, stopWords } from '../../run/training-record.js';
import type { Run } from '../run.js';

/**
 * Whether a training may stop before its last step, by the few images that the sweep tells of each checkpoint. It judges
 * from the first checkpoint on without a gap, each once, and its first word to stop is kept in the record: whatever comes
 * again after a kill finds it there.
 */
export class StopWatch {
  #judged = 0;
  isOver = false;
  /** What has been asked of all that is known so far: until then nobody may take silence for a no. */
  #isJudging = false;

  private constructor(
    private readonly run: Run,
    private readonly watch: Watch,
  ) {}

  /** Null where the training goes to its last step. */
  static of(run: Run): StopWatch | null {
    const watch = watchOf(run.input.project);
    return watch && new StopWatch(run, watch);
  }

  /** The training has ended: no word changes that. */
  end(): void {
    this.isOver = true;
  }

  /** @returns null where training ends first */
  async untilStop(): Promise<TrainingStop | null> {
    while (!this.run.record.saves.stop) {
      await condition(() => this.isOver || this.#known.length > this.#judged);
      if (this.isOver) return null;
      const stop = await this.#judge();
      if (!stop || this.isOver) continue;
      this.run.record.saves.stop = stop;
      this.run.record.note('05-training', 'decision', `the training may stop: ${stopWords(stop)}`);
    }
    return this.run.record.saves.stop;
  }

  /** Until all of these that are watched are judged. */
  async untilJudged(steps: readonly number[]): Promise<void> {
    const wanted = this.watch.steps.filter((step) => steps.includes(step));
    const isJudged = () => wanted.every((step) => this.#known.slice(0, this.#judged).includes(step));
    await condition(() => this.run.record.saves.stop !== null || (isJudged() && !this.#isJudging));
  }

  /** The watched steps that are scored, up to the first that is not. */
  get #known(): number[] {
    const { watched, scored } = this.run.record.sweep;
    if (!scored.get(null)?.table) return [];
    const end = this.watch.steps.findIndex((step) => !watched.get(step)?.table);
    return this.watch.steps.slice(0, end < 0 ? undefined : end);
  }

  /** What can't be judged goes on: a training is not to end over it. */
  async #judge(): Promise<TrainingStop | null> {
    const { record, activities } = this.run;
    const known = this.#known;
    const judged = this.#judged;
    this.#judged = known.length;
    this.#isJudging = true;
    try {
      const input = {
        baseline: record.sweep.scored.get(null)!.table!,
        checkpoints: known.map((step) => ({ step, table: record.sweep.watched.get(step)!.table! })),
        judged,
      };
      const summary = `judge whether training may stop at ${known.at(-1)}`;
      return await activities.pipeline.judgeTraining.executeWithOptions({ summary }, [input]);
    } catch (error) {
      if (isCancellation(error)) throw error;
      record.note('05-training', 'decision', `could not judge whether training may stop: ${(error as Error).message}`);
      return null;
    } finally {
      this.#isJudging = false;
    }
  }
}
