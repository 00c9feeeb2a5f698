import type { SetMeasures, SweepProgress } from '../run/sweep.js';
import type { Explanation } from './explain.js';
import type { ChosenCheckpoint } from '../run/contracts.js';
import type {
  Generalisation,
  Picture,
  RejectedPicture,
  ReportData,
  ReportRecord,
  Score,
  StageRecord,
  StageState,
  TimelineEvent,
  ValidationLoss,
  CheckpointSaved,
} from '../run/record.js';
import { cut, longest } from '../text/cut.js';
import { stageIds, workflowIdOf, type Gate, type RunState, type StageId } from '../project/names.js';
import { pendingStage } from '../run/pending-stage.js';
import type { PipelineInput, Place, RunDocument, RunStatus } from '../run/messages.js';

/** Of the timeline; a person reads no more. */
const mostEvents = 1_000;
/** Of the sweep's prompts and checkpoints; beyond, `status` says of the best checkpoint alone what was measured of each prompt. */
const mostMeasured = 200;

/** What a run knows of itself, told by the stages and shown by queries, details and the report. Deterministic. */
export class RunRecord {
  state: RunState = 'running';
  finishedAt: string | null = null;
  current: StageId | null = null;
  readonly stages: StageRecord[] = stageIds.map(pendingStage);
  readonly timeline: TimelineEvent[] = [];
  readonly saved = new Map<number, CheckpointSaved>();
  readonly scored = new Map<number, SweepProgress>();
  baseline: Score | null = null;
  baselineMeasures: SetMeasures | null = null;
  baselineGeneralisation: Generalisation | null = null;
  training: ReportData['training'] = null;
  checkpoints: ReportData['checkpoints'] = [];
  strips: ReportRecord['strips'] = [];
  /** The first picture of each checkpoint, by step. */
  firsts: ChosenCheckpoint['firsts'] = [];
  choice: ReportData['choice'] = null;
  references: Picture[] = [];
  readonly graphs = new Map<string, ReportData['graphs'][number]>();
  readonly provenance: Record<string, unknown> = {};
  readonly helps: ({ stage: Place } & Explanation)[] = [];
  /** By a person: resumes and rejections. */
  repetitions = 0;
  waitingFor: RunStatus['waitingFor'] = null;
  /** What a person decided at each gate the last time, in words. */
  readonly decided = new Map<Gate, string>();
  /** What a person chose; it overrules the rule. */
  chosenStep: number | null = null;
  /** What a person left out or refused, which a stage that begins again does not forget. */
  readonly #leftOut = new Map<StageId, RejectedPicture[]>();
  startedAt: string;

  constructor(
    readonly input: PipelineInput,
    private readonly now: () => Date,
  ) {
    this.startedAt = now().toISOString();
    this.note('run', 'start', `run ${input.runId} of ${input.project.name} with ${input.project.model}`);
  }

  stage(id: StageId): StageRecord {
    return this.stages[stageIds.indexOf(id)];
  }

  begin(id: StageId): void {
    const stage = this.stage(id);
    stage.startedAt ??= this.now().toISOString();
    stage.attempts += 1;
    Object.assign(stage, { state: 'running', message: null, outputs: [], chosen: null });
    stage.rejected = [...(this.#leftOut.get(id) ?? [])];
    this.current = id;
    this.note(id, 'start', stage.attempts > 1 ? `attempt ${stage.attempts}` : 'started');
  }

  end(id: StageId, state: StageState, message: string | null = null): void {
    const stage = this.stage(id);
    stage.finishedAt = this.now().toISOString();
    Object.assign(stage, { state, message });
    this.note(id, 'end', message ?? state);
  }

  /** What was under way ends with the run. */
  endAs(state: 'cancelled' | 'failed'): void {
    for (const { id, state: was } of this.stages)
      if (was === 'running' || was === 'waiting' || was === 'needs-help') this.end(id, state);
    Object.assign(this, { state, finishedAt: this.now().toISOString() });
    this.note('run', 'end', state);
  }

  /** Goes on from what a finished run has left. */
  restore({ report, status, saved, firsts }: RunDocument): void {
    const { stages, timeline, graphs, provenance, run, baselineGeneralisation = null, ...rest } = report;
    const { training, checkpoints, baseline, strips, choice, references } = rest;
    const { baselineMeasures = null } = status;
    Object.assign(this, { training, checkpoints, baseline, strips, choice, references });
    Object.assign(this, { baselineGeneralisation, baselineMeasures, firsts, startedAt: run.startedAt });
    this.stages.splice(0, this.stages.length, ...stages);
    Object.assign(this.stage('06-editorial'), { state: 'pending', startedAt: null, finishedAt: null, attempts: 0 });
    this.timeline.unshift(...timeline);
    for (const graph of graphs) this.graphs.set(graph.name, graph);
    Object.assign(this.provenance, provenance);
    for (const one of saved) this.saved.set(one.step, one);
    for (const { step, state, identity, measures } of status.sweep)
      if (state === 'scored') this.scored.set(step, { step, state, identity, measures: measures ?? undefined });
  }

  keep(id: StageId, pictures: Picture[]): void {
    this.stage(id).outputs.push(...pictures);
  }

  reject(id: StageId, pictures: RejectedPicture[]): void {
    this.stage(id).rejected.push(...pictures);
  }

  /** A person's word: pictures that a stage had kept are rejected. */
  leaveOut(pictures: ReadonlySet<Picture>, reason: string): void {
    for (const stage of this.stages) {
      const out = stage.outputs.filter((picture) => pictures.has(picture)).map((picture) => ({ ...picture, reason }));
      if (out.length === 0) continue;
      stage.outputs = stage.outputs.filter((picture) => !pictures.has(picture));
      stage.rejected.push(...out);
      this.#leftOut.set(stage.id, [...(this.#leftOut.get(stage.id) ?? []), ...out]);
    }
  }

  note(stage: TimelineEvent['stage'], kind: TimelineEvent['kind'], text: string): void {
    this.timeline.push({ at: this.now().toISOString(), stage, kind, text: cut(text, longest.line) });
    // The first and the last tell how it went.
    if (this.timeline.length > mostEvents) this.timeline.splice(mostEvents / 2, 1);
  }

  noteSaved(saved: CheckpointSaved): void {
    if (this.saved.has(saved.step)) return;
    this.saved.set(saved.step, saved);
    this.note('05-training', 'checkpoint', `checkpoint ${saved.step} saved`);
  }

  noteScored(progress: SweepProgress): void {
    if (progress.step === null) {
      this.baseline = progress.identity ?? this.baseline;
      this.baselineMeasures = progress.measures ?? this.baselineMeasures;
    }
    if (progress.step !== null) this.scored.set(progress.step, progress);
    if (progress.state === 'scored') this.note('sweep', 'checkpoint', scoredText(progress));
  }

  noteVerdict(
    {
      choice,
      baseline,
      checkpoints,
      strips,
      firsts,
      graphs,
    }: Omit<ChosenCheckpoint, 'strips'> & Pick<RunRecord, 'strips'>,
    baselineGeneralisation: Generalisation | null,
  ): void {
    Object.assign(this, { choice, baseline, checkpoints, strips, firsts, baselineGeneralisation });
    for (const graph of graphs) this.graphs.set(graph.name, graph);
  }

  get lastStep(): number {
    return Math.max(0, ...this.saved.keys());
  }

  /** Of the checkpoints scored so far; null before the first. */
  get bestIdentity(): number | null {
    const means = [...this.scored.values()].flatMap(({ identity }) =>
      identity && identity.n > 0 ? [identity.mean] : [],
    );
    return means.length > 0 ? Math.max(...means) : null;
  }

  status(): RunStatus {
    const { runId, project, projectSha256 } = this.input;
    const training = this.stage('05-training');
    // A run that was cancelled while it waited asks nobody any more.
    const isOver = this.finishedAt !== null;
    const lastCheckpoint = this.saved.get(this.lastStep) ?? null;
    const all = project.sweep.steps.length * project.sweep.prompts.length <= mostMeasured;
    const best = [...this.scored.values()].find(({ identity }) => identity?.mean === this.bestIdentity)?.step;
    return {
      runId,
      workflowId: workflowIdOf(runId),
      name: project.name,
      model: project.model,
      projectSha256,
      state: this.state,
      stage: this.current,
      startedAt: this.startedAt,
      finishedAt: this.finishedAt,
      stages: this.stages.map(({ id, state, outputs, rejected, message }) => {
        return { id, state, kept: outputs.length, rejected: rejected.length, message };
      }),
      training:
        training.state === 'pending'
          ? null
          : {
              step: this.lastStep,
              steps: project.training.steps,
              loss: this.training?.loss.at(-1)?.[1] ?? lastCheckpoint?.loss ?? null,
              validation: lastValidation(this.training?.validation) ?? lastCheckpoint?.validation ?? null,
              resumes: this.training?.resumes.length ?? 0,
            },
      sweep: project.sweep.steps.map((step) => {
        const progress = this.scored.get(step);
        const state = progress?.state ?? (this.saved.has(step) ? 'saved' : 'waiting');
        const measures = all || step === best ? (progress?.measures ?? null) : null;
        return { step, state, identity: progress?.identity ?? null, measures };
      }),
      lastCheckpoint,
      baseline: this.baseline,
      baselineMeasures: this.baselineMeasures,
      choice: this.choice,
      chosenStep: this.chosenStep,
      waitingFor: isOver ? null : this.waitingFor,
      help: isOver ? null : (this.helps[0] ?? null),
    };
  }

  report(): ReportRecord {
    const { runId, project } = this.input;
    return {
      azit: 1,
      run: {
        id: runId,
        workflowId: workflowIdOf(runId),
        name: project.name,
        model: project.model,
        trigger: project.trigger,
        strength: project.sweep.strength,
        state: this.state,
        startedAt: this.startedAt,
        finishedAt: this.finishedAt,
      },
      stages: this.stages,
      training: this.training,
      saved: [...this.saved.values()].sort((a, b) => a.step - b.step).map(({ step, lora }) => ({ step, lora })),
      checkpoints: this.checkpoints,
      baseline: this.baseline,
      ...(this.baselineGeneralisation ? { baselineGeneralisation: this.baselineGeneralisation } : {}),
      strips: this.strips,
      choice: this.choice,
      waitingFor: this.finishedAt === null ? this.waitingFor : null,
      editorial: this.stage('06-editorial').outputs,
      references: this.references,
      graphs: [...this.graphs.values()],
      timeline: this.timeline,
      provenance: this.provenance,
    };
  }
}

function lastValidation(all: [number, number][] = []): ValidationLoss | null {
  const last = all.at(-1);
  return last ? { step: last[0], loss: last[1] } : null;
}

function scoredText({ step, identity }: SweepProgress): string {
  const what = step === null ? 'baseline without LoRA' : `checkpoint ${step}`;
  if (!identity || identity.n === 0) return `${what}: no face found`;
  return `${what}: identity ${identity.mean.toFixed(3)} (${identity.low.toFixed(3)} to ${identity.high.toFixed(3)})`;
}
