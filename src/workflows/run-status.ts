import type { CheckpointRecord } from '../run/checkpoint-record.js';
import type { ValidationLoss } from '../run/training-record.js';
import type { SetMeasures, SweepProgress } from '../run/sweep.js';
import { workflowIdOf } from '../project/names.js';
import { severalStrengths } from '../project/strengths.js';
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
  const lastCheckpoint = record.saves.byStep.get(record.saves.lastStep) ?? null;
  const all = record.sweep.steps.length * project.sweep.prompts.length <= mostMeasured;
  const { scored, bestIdentity } = record.sweep;
  const best = [...scored.values()].find(
    ({ step, identity }) => step !== null && identity?.mean === bestIdentity,
  )?.step;
  const chosen = new Map(record.checkpoints.map((checkpoint) => [checkpoint.step, checkpoint]));
  const baseline = scored.get(null);
  return {
    runId,
    workflowId: workflowIdOf(runId),
    name: project.name,
    model: project.model,
    projectSha256,
    state: record.state,
    ...(record.isStopping && !isOver ? { isStopping: true } : {}),
    stage: record.current,
    startedAt: record.startedAt,
    finishedAt: record.finishedAt,
    stages: record.stages.map(({ id, state, outputs, rejected, message }) => {
      return { id, state, kept: outputs.length, rejected: rejected.length, message };
    }),
    ...coverageIn(record),
    ...(record.findings.all.length > 0 ? { findings: record.findings.all } : {}),
    training:
      training.state === 'pending'
        ? null
        : {
            step: record.saves.lastStep,
            steps: project.training.steps,
            loss: record.training?.loss.at(-1)?.[1] ?? lastCheckpoint?.loss ?? null,
            validation: lastValidation(record.training?.validation) ?? lastCheckpoint?.validation ?? null,
            resumes: record.training?.resumes.length ?? 0,
            ...stopOf(record),
          },
    spent: [...record.spent].map(([stage, spent]) => ({ stage, ...spent })),
    ...(record.allowedSeconds === null ? {} : { budget: { gpuSeconds: record.allowedSeconds } }),
    sweep: record.sweep.steps.map((step) => {
      const progress = scored.get(step);
      const state = progress?.state ?? (record.saves.byStep.has(step) ? 'saved' : 'waiting');
      const { identity, measures } = scoresOf(progress, chosen.get(step));
      const strengths = progress?.strengths?.map(({ strength, identity }) => ({ strength, identity }));
      return {
        step,
        state,
        identity,
        measures: all || step === best ? measures : null,
        ...(strengths
          ? { strength: strengths.find((one) => one.identity.mean === identity?.mean)?.strength, strengths }
          : {}),
      };
    }),
    sweepServers: record.sweepServers,
    lastCheckpoint,
    baseline: baseline?.identity ?? null,
    baselineMeasures: baseline?.measures ?? null,
    choice: record.choice,
    chosenStep: record.chosenStep,
    ...(severalStrengths(project.sweep) ? { chosenStrength: record.chosenStrength } : {}),
    waitingFor: isOver ? null : record.waitingFor,
    help: isOver ? null : (record.helps[0] ?? null),
  };
}

/** Of several strengths, once one is chosen, those of that one. */
function scoresOf(
  progress: SweepProgress | undefined,
  record: CheckpointRecord | undefined,
): Pick<RunStatus['sweep'][number], 'identity'> & { measures: SetMeasures | null } {
  const { identity = null, measures = null, strengths } = progress ?? {};
  if (!strengths || !record) return { identity, measures };
  const { perPrompt, perPose = {}, memorisation, generalisation = null } = record;
  return { identity: record.identity, measures: { perPrompt, perPose, memorisation, generalisation } };
}

function coverageIn(record: RunRecord): Pick<RunStatus, 'coverage'> {
  if (!record.coverage) return {};
  const { bins, lacks, ...counted } = record.coverage;
  // Until then a view may only not have had its turn.
  const isOver = record.stage('04-views-ii').finishedAt !== null;
  return { coverage: { views: bins.length, ...counted, lacks: isOver ? lacks : null } };
}

/** Nothing of a training that goes to its last step. */
function stopOf({ training, sweep, input }: RunRecord): Pick<NonNullable<RunStatus['training']>, 'stopped' | 'watch'> {
  const stopped = training?.stopped;
  return {
    ...(stopped ? { stopped: { step: stopped.at, reason: stopped.reason } } : {}),
    ...(input.project.training.stop === undefined ? {} : { watch: sweep.watchCost }),
  };
}

function lastValidation(all: [number, number][] = []): ValidationLoss | null {
  const last = all.at(-1);
  return last ? { step: last[0], loss: last[1] } : null;
}
