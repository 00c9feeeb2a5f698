import { weakPoses, weakPoseWords } from '../dataset/improve.js';
import { stepShown, type ReportRecord } from '../run/record.js';
import { workflowIdOf } from '../project/names.js';
import { severalStrengths, strengthsOf } from '../project/strengths.js';
import type { RunRecord } from './run-record.js';

/** Of several, the one of the choice; before it none stands first. */
function strengthOf({ choice, input: { project } }: RunRecord): Pick<ReportRecord['run'], 'strength' | 'strengths'> {
  const strengths = severalStrengths(project.sweep);
  return strengths ? { strength: choice?.strength, strengths } : { strength: strengthsOf(project.sweep)[0] };
}

/** Of the checkpoint that is chosen, or shown: where it is weak, and what would help. */
function adviceIn({ choice, checkpoints, input: { project, datasetImages } }: RunRecord): { advice?: string[] } {
  const shown = checkpoints.find(({ step }) => step === stepShown(choice));
  const weak = shown?.identity ? weakPoses(shown.identity, shown.perPose ?? {}) : [];
  if (weak.length === 0) return {};
  return { advice: weak.map((one) => weakPoseWords(one, datasetImages ? null : project.dataset.yaw)) };
}

/** Everything the report needs; also of a run that is not finished. */
export function reportOf(record: RunRecord): ReportRecord {
  const { runId, project } = record.input;
  const { identity: baseline = null, measures } = record.sweep.scored.get(null) ?? {};
  return {
    azit: 1,
    run: {
      id: runId,
      workflowId: workflowIdOf(runId),
      name: project.name,
      model: project.model,
      trigger: project.trigger,
      ...(project.views ? { editors: project.views.editors } : {}),
      ...strengthOf(record),
      state: record.state,
      startedAt: record.startedAt,
      finishedAt: record.finishedAt,
    },
    stages: record.stages,
    training: record.training,
    saved: [...record.saves.byStep.values()].sort((a, b) => a.step - b.step).map(({ step, lora }) => ({ step, lora })),
    checkpoints: record.checkpoints,
    ...(record.guardAnchor ? { guardAnchor: record.guardAnchor } : {}),
    baseline,
    ...(measures?.generalisation ? { baselineGeneralisation: measures.generalisation } : {}),
    strips: record.strips,
    choice: record.choice,
    waitingFor: record.finishedAt === null ? record.waitingFor : null,
    ...adviceIn(record),
    ...(record.coverage ? { coverage: record.coverage } : {}),
    editorial: record.stage('06-editorial').outputs,
    references: record.references,
    graphs: [...record.graphs.values()],
    timeline: record.timeline,
    ...(record.spent.size > 0 ? { spent: Object.fromEntries(record.spent) } : {}),
    provenance: record.provenance,
  };
}
