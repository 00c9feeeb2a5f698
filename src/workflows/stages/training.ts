import type { TrainLoraInput, TrainLoraResult } from '../../run/contracts.js';
import type { Picture, RejectedPicture } from '../../run/record.js';
import { escapeMarkdown } from '../../text/markdown.js';
import { guardAnchorOf } from '../../project/guard-anchor.js';
import { freshIf } from '../../run/fresh.js';
import type { Run } from '../run.js';

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
export async function trainingStage(
  run: Run,
  { training: dataset, heldOut, own, leftOut }: TrainingPictures,
): Promise<TrainLoraResult> {
  const { runId, project, fresh } = run.input;
  return await run.stage(id, async (attempt) => {
    // Pictures that no earlier stage shows: the person's own.
    run.record.keep(id, own);
    run.record.reject(id, leftOut);
    const { steps, saveEvery, validateEvery, rank, seed, override } = project.training;
    const guardAnchor = guardAnchorOf(project);
    const isValidated = validateEvery !== undefined && heldOut.length > 0;
    if (validateEvery && !isValidated)
      run.record.note(id, 'decision', 'no image is held out because none shows a face, so there is no validation loss');
    const result = await run.activities.train.trainLora.executeWithOptions(
      { summary: `train ${escapeMarkdown(project.trigger)}: ${steps} steps on ${dataset.length} images` },
      [
        {
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
          sweptSteps: [...(guardAnchor ? [guardAnchor] : []), ...project.sweep.steps],
          round: attempt,
          ...freshIf(fresh, id),
        },
      ],
    );
    for (const saved of result.checkpoints) run.record.noteSaved(saved);
    const { checkpoints: _, madeBy, reused, ...known } = result;
    if (reused) run.record.note(id, 'reuse', `${reused.checkpoints} checkpoints taken from ${reused.runs.join(', ')}`);
    run.record.provenance.trainer = madeBy;
    run.record.training = { steps, saveEvery, ...known };
    for (const { attempt: number, fromStep, atStep } of result.resumes) {
      run.record.note(id, 'retry', `resume ${number}: back to step ${fromStep}, after reaching step ${atStep}`);
    }
    return result;
  });
}
