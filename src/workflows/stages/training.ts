import type { TrainLoraInput, TrainLoraResult } from '../../run/contracts.js';
import type { Picture, RejectedPicture } from '../../run/record.js';
import { stoppedAt, watchWords } from '../../run/training-record.js';
import { guardAnchorOf, watchOf } from '../../project/watched-steps.js';
import { freshIf } from '../../run/fresh.js';
import type { Run } from '../run.js';
import { StopWatch } from './stop-watch.js';
import { trainToEnd, trainUntilStop } from './stoppable-training.js';

const id = '05-training';

export interface TrainingPictures {
  training: TrainLoraInput['dataset'];
  /** Not trained on. */
  heldOut: TrainLoraInput['dataset'];
  /** The person's own, where they were given. */
  own: Picture[];
  leftOut: RejectedPicture[];
}

/** Stage 05: the trainer, resumed for as long as it takes. Publishes while it runs; the result repeats what it told. */
export async function trainingStage(run: Run, pictures: TrainingPictures): Promise<TrainLoraResult> {
  const { own, leftOut } = pictures;
  const { steps, saveEvery } = run.input.project.training;
  const result = await run.stage(id, async (attempt) => {
    // Pictures that no earlier stage shows: the person's own.
    run.record.keep(id, own);
    run.record.reject(id, leftOut);
    const input = inputOf(run, pictures, attempt);
    const watch = StopWatch.of(run);
    const result = watch ? await trainUntilStop(run, input, watch) : await trainToEnd(run, input);
    for (const saved of result.checkpoints) run.record.saves.note(saved);
    const { checkpoints: _, madeBy, reused, spent: __, ...known } = result;
    if (reused)
      run.record.note(
        id,
        'reuse',
        `${reused.checkpoints} ${reused.checkpoints === 1 ? 'checkpoint' : 'checkpoints'} taken from ${reused.runs.join(', ')}`,
      );
    run.record.provenance.trainer = madeBy;
    const { stop, lastScheduled } = run.record.saves;
    const stopped = stop && stoppedAt(stop, lastScheduled, steps);
    run.record.training = { steps, saveEvery, ...known, ...(stopped ? { stopped } : {}) };
    if (stopped) run.record.note(id, 'decision', stopped.reason);
    for (const { attempt: number, fromStep, atStep } of result.resumes) {
      run.record.note(id, 'retry', `resume ${number}: back to step ${fromStep}, after reaching step ${atStep}`);
    }
    return result;
  });
  run.record.stage(id).message = endingOf(run);
  return result;
}

/** What watching it has cost, and saved. */
function endingOf({ record, input: { runId, project } }: Run): string | null {
  const { stopped } = record.training ?? {};
  if (stopped?.kind === 'person') return `${stopped.reason}; to train the rest, run \`azit train-on ${runId}\``;
  if (!watchOf(project)) return null;
  const cost = watchWords(record.sweep.watchCost);
  if (!stopped) return `trained to the end; checking whether it may stop took ${cost}`;
  const saved = project.training.steps - stopped.at;
  return `${stopped.reason}; ${saved} steps saved for ${cost}; to train them, run \`azit train-on ${runId}\``;
}

function inputOf(run: Run, { training: dataset, heldOut }: TrainingPictures, round: number): TrainLoraInput {
  const { runId, project, fresh } = run.input;
  const { steps, saveEvery, validateEvery, rank, seed, override } = project.training;
  const guardAnchor = guardAnchorOf(project);
  const isValidated = validateEvery !== undefined && heldOut.length > 0;
  if (validateEvery && !isValidated)
    run.record.note(id, 'decision', 'no image is held out because none shows a face, so there is no validation loss');
  const swept = [...(guardAnchor ? [guardAnchor] : []), ...project.sweep.steps];
  return {
    runId,
    name: project.name,
    trigger: project.trigger,
    family: project.model,
    steps,
    saveEvery,
    rank,
    seed,
    override,
    dataset,
    ...(isValidated ? { validation: { every: validateEvery, pictures: heldOut } } : {}),
    sweptSteps: [...new Set([...swept, ...(watchOf(project)?.steps ?? [])])],
    round,
    ...freshIf(fresh, id),
  };
}
