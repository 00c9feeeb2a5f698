import type { CheckpointSaved } from '../../run/record.js';
import type { SweepResult } from '../../run/sweep.js';
import {
  ChildWorkflowCancellationType,
  ParentClosePolicy,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import type { ArtifactRef } from '../../run/ref.js';
import { sweepWorkflowIdOf } from '../../project/names.js';
import { checkpointSweep } from '../checkpoint-sweep.js';
import { trainingEndedSignal } from '../messages.js';
import { nextRounds } from '../rounds.js';
import type { Run } from '../run.js';
import { loraUserOf } from './loras.js';

/** The sweep beside the training: a child workflow, started again after a person's help with all that is saved by then. */
export class SweepStage {
  #ended: { checkpoints: CheckpointSaved[] } | null = null;
  #rounds: Record<string, number> = {};
  #tellChild: ((checkpoints: CheckpointSaved[]) => Promise<void>) | null = null;

  constructor(
    private readonly run: Run,
    private readonly references: ArtifactRef[],
    private readonly training: ArtifactRef[],
  ) {}

  async result(): Promise<SweepResult> {
    return await this.run.withHelp('sweep', () => this.#attempt());
  }

  /** Tells the child that nothing more will come; makes good every signal that was lost. */
  async trainingEnded(checkpoints: CheckpointSaved[]): Promise<void> {
    this.#ended = { checkpoints };
    await this.#tellChild?.(checkpoints);
  }

  async #attempt(): Promise<SweepResult> {
    const { runId, project, graphs, taskQueuePrefix } = this.run.input;
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
          references: this.references,
          training: this.training,
          rounds: this.#rounds,
          loraUser: loraUserOf(this.run, 'sweep'),
          saved: this.#ended?.checkpoints ?? [...this.run.record.saved.values()],
          trainingEnded: this.#ended !== null,
        },
      ],
    });
    this.#tellChild = (checkpoints) => child.signal(trainingEndedSignal, { checkpoints });
    // Training may have ended while the child was being started.
    if (this.#ended) await this.#tellChild(this.#ended.checkpoints);
    try {
      return await child.result();
    } catch (error) {
      this.#rounds = nextRounds(this.#rounds, project.sweep.steps, error);
      throw error;
    } finally {
      this.#tellChild = null;
    }
  }
}
