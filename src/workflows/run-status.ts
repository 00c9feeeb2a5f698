import type { ValidationLoss } from '../run/record.js';
import { workflowIdOf } from '../project/names.js';
import type { RunStatus } from '../run/messages.js';
import type { RunRecord } from './run-record.js';

/** Of the sweep's prompts and checkpoints; beyond, `status` says of the best checkpoint alone what was measured of each prompt. */
const mostMeasured = 200;

/** The answer of the `status` query. */
export function statusOf(record: RunRecord): RunStatus {
  const { runId, project, projectSha256 } = record.input;
  const training = record.stage('05-training');
  // A run that was cancelled while it waited asks nobody any more.
  const isOver = record.finishedAt !== null;
  const lastCheckpoint = record.saved.get(record.lastStep) ?? null;
  const all = project.sweep.steps.length * project.sweep.prompts.length <= mostMeasured;
  const { scored, bestIdentity } = record;
  const best = [...scored.values()].find(
    ({ step, identity }) => step !== null && identity?.mean === bestIdentity,
  )?.step;
  const baseline = scored.get(null);
  return {
    runId,
    workflowId: workflowIdOf(runId),
    name: project.name,
    model: project.model,
    projectSha256,
    state: record.state,
    stage: record.current,
    startedAt: record.startedAt,
    finishedAt: record.finishedAt,
    stages: record.stages.map(({ id, state, outputs, rejected, message }) => {
      return { id, state, kept: outputs.length, rejected: rejected.length, message };
    }),
    training:
      training.state === 'pending'
        ? null
        : {
            step: record.lastStep,
            steps: project.training.steps,
            loss: record.training?.loss.at(-1)?.[1] ?? lastCheckpoint?.loss ?? null,
            validation: lastValidation(record.training?.validation) ?? lastCheckpoint?.validation ?? null,
            resumes: record.training?.resumes.length ?? 0,
          },
    sweep: project.sweep.steps.map((step) => {
      const progress = scored.get(step);
      const state = progress?.state ?? (record.saved.has(step) ? 'saved' : 'waiting');
      const measures = all || step === best ? (progress?.measures ?? null) : null;
      return { step, state, identity: progress?.identity ?? null, measures };
    }),
    sweepServers: record.sweepServers,
    lastCheckpoint,
    baseline: baseline?.identity ?? null,
    baselineMeasures: baseline?.measures ?? null,
    choice: record.choice,
    chosenStep: record.chosenStep,
    waitingFor: isOver ? null : record.waitingFor,
    help: isOver ? null : (record.helps[0] ?? null),
  };
}

function lastValidation(all: [number, number][] = []): ValidationLoss | null {
  const last = all.at(-1);
  return last ? { step: last[0], loss: last[1] } : null;
}
