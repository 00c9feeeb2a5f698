import { CancellationScope, condition } from '@temporalio/workflow';
import { hasChange } from '../changes.js';
import type { TrainLoraInput, TrainLoraResult } from '../../run/contracts.js';
import { escapeMarkdown } from '../../text/markdown.js';
import { explain, spentOfFailure } from '../explain.js';
import type { Run } from '../run.js';
import type { StopWatch } from './stop-watch.js';

/**
 * A training that may end before its last step.
 *
 * It first looks at what is `published`, by whichever run: where all of it is there, nothing is to be stopped, and where
 * the rule says stop by what is there, nothing is trained. Otherwise it trains, watched. When the rule says stop, the
 * trainer saves and ends, as for a cancel. Whatever came of that, what is saved up to there is then collected, without
 * training on: the rule's word stands in the history, so the same comes of it whichever worker dies. A person's word to
 * stop goes the same way from there on, in a training that nobody watches too (`trainToEnd`). Once the last scheduled
 * checkpoint is saved, a word to stop is void.
 */
export async function trainUntilStop(run: Run, input: TrainLoraInput, watch: StopWatch): Promise<TrainLoraResult> {
  const { record } = run;
  const last = Math.floor(input.steps / input.saveEvery) * input.saveEvery;
  void watch.untilStop().catch(() => undefined);
  try {
    if (!record.saves.stop) {
      const there = await call(run, { ...input, upTo: 'published' }, 'look up the checkpoints that are there');
      for (const saved of there.checkpoints) record.saves.note(saved);
      const steps = there.checkpoints.map(({ step }) => step);
      if (!steps.includes(last)) await watch.untilJudged(steps);
    }
    const result = record.saves.stop ? null : await trainWatched(run, input, atMost(input), watch);
    if (record.saves.lastScheduled >= last) record.saves.stop = null;
    return (
      result ??
      (await call(
        run,
        { ...input, upTo: record.saves.lastScheduled },
        `take what is saved up to ${record.saves.lastScheduled}`,
      ))
    );
  } finally {
    watch.end();
  }
}

/** To its last step, unless a person stops it. */
export async function trainToEnd(run: Run, input: TrainLoraInput): Promise<TrainLoraResult> {
  const { record } = run;
  const last = Math.floor(input.steps / input.saveEvery) * input.saveEvery;
  const what = `train ${escapeMarkdown(input.trigger)}: ${input.steps} steps on ${input.dataset.length} images`;
  if (!hasChange('stop-training')) {
    // In a scope of its own it would be cancelled after the sweep, which histories from before can't replay.
    const result = await call(run, input, what);
    record.saves.stop = null;
    return result;
  }
  const over = { isOver: false };
  try {
    const result = record.saves.stop ? null : await trainWatched(run, input, what, over);
    if (record.saves.lastScheduled >= last) record.saves.stop = null;
    if (result && (!record.saves.stop || result.checkpoints.some(({ step }) => step >= last))) return result;
    return await call(
      run,
      { ...input, upTo: record.saves.lastScheduled },
      `take what is saved up to ${record.saves.lastScheduled}`,
    );
  } finally {
    over.isOver = true;
  }
}

const atMost = ({ trigger, steps, dataset }: TrainLoraInput): string =>
  `train ${escapeMarkdown(trigger)}: at most ${steps} steps on ${dataset.length} images`;

/** @returns null where it was stopped */
async function trainWatched(
  run: Run,
  input: TrainLoraInput,
  what: string,
  watch: { readonly isOver: boolean },
): Promise<TrainLoraResult | null> {
  const training = new CancellationScope();
  void condition(() => run.record.saves.stop !== null || watch.isOver)
    .then(() => training.cancel())
    .catch(() => undefined);
  try {
    const result = await training.run(() => call(run, input, what));
    for (const saved of result.checkpoints) run.record.saves.note(saved);
    return result;
  } catch (error) {
    // A person's cancel is none of ours; of a trainer that was to save and end, what is published tells all.
    if (!run.record.saves.stop || CancellationScope.current().consideredCancelled) throw error;
    return null;
  }
}

async function call(run: Run, input: TrainLoraInput, summary: string): Promise<TrainLoraResult> {
  const { budget } = run;
  const most = budget && input.upTo === undefined ? budget.forTraining : null;
  if (most !== null && most <= 0) throw budget!.help('training', 0);
  if (most !== null) budget?.reserve('training', most);
  try {
    const limited = most === null ? input : { ...input, mostGpuSeconds: most };
    const result = await run.activities.train.trainLora.executeWithOptions({ summary }, [limited]);
    run.record.noteSpent('05-training', result.spent);
    return result;
  } catch (error) {
    run.record.noteSpent('05-training', spentOfFailure(error));
    budget?.settle('training');
    if (budget && explain(error)?.type === 'budget-spent') throw budget.help('more training', 0);
    throw error;
  } finally {
    budget?.settle('training');
  }
}
