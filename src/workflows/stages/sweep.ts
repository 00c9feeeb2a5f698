import type { CheckpointSaved } from '../../run/training-record.js';
import type { SweepInput, SweepResult } from '../../run/sweep.js';
import {
  ChildWorkflowCancellationType,
  condition,
  ParentClosePolicy,
  startChild,
  WorkflowIdReusePolicy,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { hasChange } from '../changes.js';
import type { ArtifactRef } from '../../run/ref.js';
import { guardAnchorOf, watchOf } from '../../project/watched-steps.js';
import { freshIf } from '../../run/fresh.js';
import { sweepWorkflowIdOf } from '../../project/names.js';
import { checkpointSweep } from '../checkpoint-sweep.js';
import { checkpointSavedSignal, trainingEndedSignal } from '../messages.js';
import { spentOfFailure } from '../explain.js';
import { nextRounds, unitOf } from '../rounds.js';
import type { Budget } from '../budget.js';
import type { Run } from '../run.js';
import { loraUserOf } from './loras.js';

const trainingIsLookedUpMs = 2_000;

/**
 * The sweep beside the training: a child workflow, started again after a person's help. It hears of checkpoints from here
 * alone: of all that are saved when it starts, of each that is saved while it runs, and that training has ended.
 */
export class SweepStage {
  #hasEnded = false;
  #rounds: Record<string, number> = {};
  readonly #guardAnchor: number | null;

  constructor(
    private readonly run: Run,
    private readonly references: ArtifactRef[],
    private readonly training: ArtifactRef[],
  ) {
    const anchor = guardAnchorOf(run.input.project);
    // A sweep that began before there was one waits for none.
    this.#guardAnchor = anchor !== null && hasChange('guard-anchor') ? anchor : null;
  }

  /** That it is told of. */
  get #steps(): number[] {
    const { project } = this.run.input;
    const steps = [...(this.#guardAnchor === null ? [] : [this.#guardAnchor]), ...project.sweep.steps];
    return [...new Set([...steps, ...(watchOf(project)?.steps ?? [])])];
  }

  async result(): Promise<SweepResult> {
    return await this.run.withHelp('sweep', () => this.#attempt());
  }

  /** Nothing more will be saved. */
  trainingEnded(): void {
    const { record } = this.run;
    if (record.saves.stop) record.sweep.afterStop(this.#guardAnchor);
    this.#hasEnded = true;
  }

  /** While training holds what may be left, a unit waits for it; after it, a person is asked. */
  async #allow(budget: Budget, step: number | null, isOver?: { value: boolean }): Promise<void> {
    const seconds = budget.secondsOf(budget.imagesOf(step));
    const what = step === null ? 'the images without LoRA' : `the images of checkpoint ${step}`;
    await condition(() => isOver?.value || this.#hasEnded || step === null || budget.fits(seconds));
    if (isOver?.value) return;
    await this.run.withHelp('sweep', () => Promise.resolve().then(() => budget.require(what, seconds)));
    budget.reserve(unitOf(step), seconds);
  }

  async #attempt(): Promise<SweepResult> {
    if (this.run.budget) await this.#allow(this.run.budget, null);
    const { runId, project, graphs, taskQueuePrefix, fresh } = this.run.input;
    const watch = watchOf(project);
    const reuse = watch || this.run.budget ? null : this.run.reuse.modelFiles;
    // A training that others have done too is there at once, and so is all that is to be looked up.
    if (reuse) await condition(() => this.#hasEnded, trainingIsLookedUpMs);
    const isTold = reuse !== null && this.#hasEnded && !this.run.record.saves.stop;
    const given = reuse ? this.#steps.flatMap((step) => this.run.record.saves.byStep.get(step) ?? []) : [];
    const child = await startChild(checkpointSweep, {
      workflowId: sweepWorkflowIdOf(runId),
      taskQueue: taskQueuePrefix,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
      args: [
        {
          runId,
          family: project.model,
          graphs,
          taskQueuePrefix,
          seed: project.training.seed,
          sweep: project.sweep,
          guardAnchor: this.#guardAnchor,
          ...(watch ? { watch } : {}),
          references: this.references,
          training: this.training,
          ...lookAlikesIn(this.run),
          rounds: this.#rounds,
          ...freshIf(fresh, 'sweep'),
          loraUser: loraUserOf(this.run, 'sweep'),
          ...(reuse ? { reuse, saved: given, trainingEnded: isTold } : {}),
        },
      ],
    });
    const isOver = { value: false };
    // One that has just failed can't be told any more; the next one is.
    if (!isTold) void this.#tell(child, isOver, given).catch(() => undefined);
    try {
      const result = await child.result();
      if (result.told) this.run.noteSwept(result.told);
      return result;
    } catch (error) {
      this.run.record.noteSpent('sweep', spentOfFailure(error));
      this.#rounds = nextRounds(this.#rounds, this.#steps, error);
      throw error;
    } finally {
      isOver.value = true;
      for (const step of [null, ...this.#steps]) this.run.budget?.settle(unitOf(step));
    }
  }

  /** Of all that is saved, together what comes together; then that training has ended. */
  async #tell(
    child: ChildWorkflowHandle<typeof checkpointSweep>,
    isOver: { value: boolean },
    given: CheckpointSaved[],
  ): Promise<void> {
    const { record } = this.run;
    const seen = new Set(given.map(({ step }) => step));
    const unseen = () => this.#steps.filter((step) => record.saves.byStep.has(step) && !seen.has(step));
    const untold: CheckpointSaved[] = [];
    do {
      await condition(() => isOver.value || this.#hasEnded || unseen().length > 0);
      if (isOver.value) return;
      for (const step of unseen()) {
        if (this.run.budget) await this.#allow(this.run.budget, step, isOver);
        seen.add(step);
        untold.push(record.saves.byStep.get(step)!);
      }
      // In runs that began before this, the trainer told the sweep too, and the end made good what was lost.
      const [first, ...others] = hasChange('pipeline-tells-sweep') ? untold.splice(0) : [];
      if (first) await child.signal(checkpointSavedSignal, first, ...others);
    } while (!this.#hasEnded || unseen().length > 0);
    const { steps: swept } = record.sweep;
    // After a person's stop, perhaps steps that nobody wanted before.
    const added = record.saves.stop ? swept.filter((step) => !this.#steps.includes(step)) : [];
    const checkpoints = [...untold, ...added.flatMap((step) => record.saves.byStep.get(step) ?? [])];
    await child.signal(trainingEndedSignal, { checkpoints, ...(record.saves.stop ? { swept } : {}) });
  }
}

/** More would cost time and tell nothing new. */
const mostLookAlikes = 16;

/** The other candidates of stage 01, drawn from the same words: nothing where the person brought a photo, or all images. */
function lookAlikesIn({ record }: Run): Pick<SweepInput, 'lookAlikes'> {
  const { outputs, rejected, chosen } = record.stage('01-anchor');
  const person = outputs.find(({ image }) => image.sha256 === chosen);
  const others = [...outputs, ...rejected].filter(({ image, measured, promptId }) => {
    return image.sha256 !== chosen && measured?.faces === 1 && promptId !== null;
  });
  if (!person || others.length === 0) return {};
  return { lookAlikes: { person: person.image, others: others.slice(0, mostLookAlikes).map(({ image }) => image) } };
}
