import type { Coverage } from '../run/coverage.js';
import { coverageOf, viewsOf } from '../dataset/index.js';
import type { SweepProgress } from '../run/sweep.js';
import type { Explanation } from './explain.js';
import type { ChosenCheckpoint } from '../run/contracts.js';
import {
  pendingStage,
  type Picture,
  type RejectedPicture,
  type ReportData,
  type ReportRecord,
  type StageRecord,
  type StageState,
  type TimelineEvent,
} from '../run/record.js';
import { joinServers, type RenderServer, type SweepServer } from '../run/render-server.js';
import { addSpent, nothingSpent, type Spent } from '../run/spent.js';
import { cut, longest } from '../text/cut.js';
import { stageIds, type Gate, type RunState, type StageId } from '../project/names.js';
import type { GateDecision, PipelineInput, Place, RunDocument, RunStatus } from '../run/messages.js';
import { Findings } from './findings.js';
import { Saves } from './saves.js';
import { SweepRecord } from './sweep-record.js';
import { Timeline } from './timeline.js';

/** What a run knows of itself, told by the stages and shown by queries, details and the report. Deterministic. */
export class RunRecord {
  state: RunState = 'running';
  finishedAt: string | null = null;
  /** Cancelled, and not yet ended. */
  isStopping = false;
  current: StageId | null = null;
  readonly stages: StageRecord[] = stageIds.map(pendingStage);
  readonly saves: Saves;
  readonly sweep: SweepRecord;
  /** Of GPU seconds, where there is a budget. */
  allowedSeconds: number | null = null;
  /** On GPUs, by where: what has come to its end, well or not. */
  readonly spent = new Map<StageId | 'sweep', Spent>();
  training: ReportData['training'] = null;
  checkpoints: ReportData['checkpoints'] = [];
  guardAnchor: ReportData['guardAnchor'] = null;
  strips: ReportRecord['strips'] = [];
  /** The first picture of each checkpoint, by step. */
  firsts: ChosenCheckpoint['firsts'] = [];
  choice: ReportData['choice'] = null;
  references: Picture[] = [];
  readonly graphs = new Map<string, ReportData['graphs'][number]>();
  readonly provenance: Record<string, unknown> = {};
  readonly helps: ({ stage: Place } & Explanation)[] = [];
  /** Of the training images, a sentence each: what a person reads in the terminal too. */
  readonly findings = new Findings();
  /** To people, wherever they are. */
  notices = 0;
  /** By a person: resumes and rejections. */
  repetitions = 0;
  waitingFor: RunStatus['waitingFor'] = null;
  /** What a person decided at each gate the last time, in words. */
  readonly decided = new Map<Gate, string>();
  /** In order: see `GateDecision`. */
  readonly decisions: GateDecision[] = [];
  /** What a person chose; it overrules the rule. Of several strengths: perhaps one too. */
  chosenStep: number | null = null;
  chosenStrength: number | null = null;
  /** What a person left out or refused, which a stage that begins again does not forget. */
  readonly #leftOut = new Map<StageId, RejectedPicture[]>();
  #cancelledBy: string | undefined;
  startedAt: string;
  readonly #timeline: Timeline;

  constructor(
    readonly input: PipelineInput,
    private readonly now: () => Date,
  ) {
    const { project } = input;
    this.startedAt = now().toISOString();
    this.#timeline = new Timeline(now);
    this.saves = new Saves(project, this.#timeline);
    this.sweep = new SweepRecord(project, this.saves, this.#timeline);
    this.note('run', 'start', `run ${input.runId}: ${project.name} with ${project.model}`);
  }

  get timeline(): TimelineEvent[] {
    return this.#timeline.events;
  }

  note(...event: Parameters<Timeline['note']>): void {
    this.#timeline.note(...event);
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

  noteSpent(place: StageId | 'sweep', spent: Spent | null | undefined): void {
    if (spent) this.spent.set(place, addSpent(this.spent.get(place) ?? nothingSpent, spent));
  }

  /** A name that comes without a cancellation after it says nothing. */
  noteCanceller(by: unknown): void {
    if (typeof by === 'string' && by !== '') this.#cancelledBy = cut(by, longest.name);
  }

  noteCancel(): void {
    this.isStopping = true;
    this.note('run', 'decision', `cancelled by ${this.#cancelledBy ?? 'a person'}`);
  }

  /** What was under way ends with the run. */
  endAs(state: 'cancelled' | 'failed'): void {
    for (const { id, state: was } of this.stages)
      if (was === 'running' || was === 'waiting' || was === 'needs-help') this.end(id, state);
    Object.assign(this, { state, finishedAt: this.now().toISOString() });
    this.note('run', 'end', state);
  }

  /** What a stage before it does anew, it will do anew as well. */
  startOver(id: StageId): void {
    Object.assign(this.stage(id), { state: 'pending', startedAt: null, finishedAt: null });
  }

  /** Goes on from what a finished run has left. */
  restore({ report, status, saved, firsts }: RunDocument): void {
    const { stages, timeline, graphs, provenance, run, training, checkpoints, strips, choice, references } = report;
    this.guardAnchor = report.guardAnchor ?? null;
    Object.assign(this, { training, checkpoints, strips, choice, references, firsts, startedAt: run.startedAt });
    this.stages.splice(0, this.stages.length, ...stages);
    this.startOver('06-editorial');
    this.stage('06-editorial').attempts = 0;
    this.timeline.unshift(...timeline);
    for (const graph of graphs) this.graphs.set(graph.name, graph);
    Object.assign(this.provenance, provenance);
    for (const [place, spent] of Object.entries(report.spent ?? {})) this.noteSpent(place as StageId | 'sweep', spent);
    for (const one of saved) this.saves.byStep.set(one.step, one);
    this.findings.set('audit', status.findings ?? []);
    this.sweep.steps = status.sweep.map(({ step }) => step);
    for (const { step, state, identity, measures, strengths } of status.sweep)
      if (state === 'scored') {
        const sets = strengths ? { strengths } : {};
        this.sweep.scored.set(step, { step, state, identity, measures: measures ?? undefined, ...sets });
      }
    const { baseline: identity, baselineGeneralisation: generalisation = null } = report;
    const measures = { perPrompt: {}, perPose: {}, memorisation: null, ...status.baselineMeasures, generalisation };
    this.sweep.scored.set(null, { step: null, state: 'scored', identity, measures });
  }

  /** Of the views of stages 03 and 04; null before the first, and where the person brought the images. */
  get coverage(): Coverage | null {
    const stages = [this.stage('03-views-i'), this.stage('04-views-ii')];
    const { first, second } = viewsOf(this.input.project.dataset);
    const coverage = coverageOf([...first, ...second], stages);
    return coverage.renders > 0 ? coverage : null;
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

  noteScored(progress: SweepProgress): void {
    this.noteSpent('sweep', progress.spent);
    this.sweep.note(progress);
  }

  noteVerdict({
    choice,
    checkpoints,
    guardAnchor,
    strips,
    firsts,
    graphs,
  }: Omit<ChosenCheckpoint, 'strips'> & Pick<RunRecord, 'strips'>): void {
    Object.assign(this, { choice, checkpoints, guardAnchor, strips, firsts });
    for (const graph of graphs) this.graphs.set(graph.name, graph);
  }

  /** Of the stages' images. */
  noteServers(servers: readonly RenderServer[]): void {
    this.provenance.renderServers = joinServers(this.#told('renderServers'), servers);
  }

  /** That rendered the sweep so far; of a run that is shown again, as it was kept. */
  get sweepServers(): SweepServer[] {
    const { servers } = this.sweep;
    return servers.length > 0 ? servers : this.#told('sweepServers');
  }

  #told<T>(name: 'renderServers' | 'sweepServers'): T[] {
    return (this.provenance[name] ?? []) as T[];
  }
}
