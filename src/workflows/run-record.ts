import type { SweepProgress } from '../run/sweep.js';
import type { Explanation } from './explain.js';
import type { ChooseCheckpointInput, ChosenCheckpoint, Reused } from '../run/contracts.js';
import {
  type Picture,
  type RejectedPicture,
  type ReportData,
  type ReportRecord,
  type StageRecord,
  type StageState,
  type TimelineEvent,
  pendingStage,
} from '../run/record.js';
import { type TrainingStop, type WatchCost, type CheckpointSaved, stopWords } from '../run/training-record.js';
import { joinServers, sweepServers, type RenderServer, type SweepServer } from '../run/render-server.js';
import { addSpent, nothingSpent, type Spent } from '../run/spent.js';
import { strengthWords } from '../run/checkpoint-record.js';
import { cut, longest } from '../text/cut.js';
import { stageIds, type Gate, type RunState, type StageId } from '../project/names.js';
import { savedOf, sweptAfterStop, watchOf } from '../project/watched-steps.js';
import type { PipelineInput, Place, RunDocument, RunStatus } from '../run/messages.js';

/** Of the timeline; a person reads no more. */
const mostEvents = 1_000;

/** What a run knows of itself, told by the stages and shown by queries, details and the report. Deterministic. */
export class RunRecord {
  state: RunState = 'running';
  finishedAt: string | null = null;
  /** Cancelled, and not yet ended. */
  isStopping = false;
  current: StageId | null = null;
  readonly stages: StageRecord[] = stageIds.map(pendingStage);
  readonly timeline: TimelineEvent[] = [];
  readonly saved = new Map<number, CheckpointSaved>();
  /** Of the step that is scored for the guards alone: no option, so not among `scored`. */
  #scoredAnchor: SweepProgress | null = null;
  /** By step, null being the baseline; also what is only being rendered. */
  readonly scored = new Map<number | null, SweepProgress>();
  /** Of a training that may stop early, the few images of each checkpoint, by step. */
  readonly watched = new Map<number, SweepProgress>();
  /** The rule's word, from the moment that it fell. */
  stop: TrainingStop | null = null;
  /** What is compared: what the file names, until a training stops early. */
  swept: number[];
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
  /** To people, wherever they are. */
  notices = 0;
  /** By a person: resumes and rejections. */
  repetitions = 0;
  waitingFor: RunStatus['waitingFor'] = null;
  /** What a person decided at each gate the last time, in words. */
  readonly decided = new Map<Gate, string>();
  /** What a person chose; it overrules the rule. Of several strengths: perhaps one too. */
  chosenStep: number | null = null;
  chosenStrength: number | null = null;
  /** What a person left out or refused, which a stage that begins again does not forget. */
  readonly #leftOut = new Map<StageId, RejectedPicture[]>();
  #cancelledBy: string | undefined;
  startedAt: string;

  constructor(
    readonly input: PipelineInput,
    private readonly now: () => Date,
  ) {
    this.startedAt = now().toISOString();
    this.swept = input.project.sweep.steps;
    this.note('run', 'start', `run ${input.runId}: ${input.project.name} with ${input.project.model}`);
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

  /** Goes on from what a finished run has left. */
  restore({ report, status, saved, firsts }: RunDocument): void {
    const { stages, timeline, graphs, provenance, run, training, checkpoints, strips, choice, references } = report;
    this.guardAnchor = report.guardAnchor ?? null;
    Object.assign(this, { training, checkpoints, strips, choice, references, firsts, startedAt: run.startedAt });
    this.stages.splice(0, this.stages.length, ...stages);
    Object.assign(this.stage('06-editorial'), { state: 'pending', startedAt: null, finishedAt: null, attempts: 0 });
    this.timeline.unshift(...timeline);
    for (const graph of graphs) this.graphs.set(graph.name, graph);
    Object.assign(this.provenance, provenance);
    for (const [place, spent] of Object.entries(report.spent ?? {})) this.noteSpent(place as StageId | 'sweep', spent);
    for (const one of saved) this.saved.set(one.step, one);
    this.swept = status.sweep.map(({ step }) => step);
    for (const { step, state, identity, measures, strengths } of status.sweep)
      if (state === 'scored') {
        const sets = strengths ? { strengths } : {};
        this.scored.set(step, { step, state, identity, measures: measures ?? undefined, ...sets });
      }
    const { baseline: identity, baselineGeneralisation: generalisation = null } = report;
    const measures = { perPrompt: {}, perPose: {}, memorisation: null, ...status.baselineMeasures, generalisation };
    this.scored.set(null, { step: null, state: 'scored', identity, measures });
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
    const { step, state } = progress;
    this.noteSpent('sweep', progress.spent);
    // A sweep that begins again says first that it renders: what the baseline scored stays.
    if (progress.isWatch) return this.#noteWatched(progress);
    if (progress.isGuardAnchor) this.#scoredAnchor = progress;
    else if (step !== null || state === 'scored') this.scored.set(step, progress);
    if (state !== 'scored') return;
    this.note('sweep', 'checkpoint', scoredText(progress));
    if (progress.reused) this.note('sweep', 'reuse', `${nameOf(progress)}: ${reusedWords(progress.reused)}`);
  }

  #noteWatched(progress: SweepProgress): void {
    if (!this.watched.has(progress.step ?? 0)) this.note('sweep', 'checkpoint', scoredText(progress));
    this.watched.set(progress.step ?? 0, progress);
  }

  get watchCost(): WatchCost {
    const images = [...this.watched.values()].reduce((sum, progress) => sum + (progress.images ?? 0), 0);
    return { checkpoints: this.watched.size, images };
  }

  /** Of the last scheduled save; what was saved because training was stopped is none. */
  get lastSave(): number {
    const { saveEvery } = this.input.project.training;
    return Math.max(0, ...[...this.saved.keys()].filter((step) => step % saveEvery === 0));
  }

  /** What is saved by now counts, and nothing is trained any more. */
  stopByPerson(who: string | undefined): void {
    const at = this.lastSave;
    this.stop = { kind: 'person', decidedAt: at, since: at, ...(who ? { who } : {}) };
    this.note('05-training', 'decision', `the training is stopped after checkpoint ${at}: ${stopWords(this.stop)}`);
  }

  sweepAfterStop(guardAnchor: number | null): void {
    const { sweep, training } = this.input.project;
    const watch = watchOf(this.input.project);
    const steps = watch?.steps ?? [...this.saved.keys()].filter((step) => step % training.saveEvery === 0);
    const saved = steps.filter((step) => this.saved.has(step)).sort((a, b) => a - b);
    this.swept = watch ? sweptAfterStop(sweep.steps, saved, guardAnchor) : savedOf(sweep.steps, saved, guardAnchor);
    const left = sweep.steps.filter((step) => !this.swept.includes(step));
    const what = `the sweep compares checkpoints ${this.swept.join(', ')}`;
    this.note('sweep', 'decision', left.length === 0 ? what : `${what}; it leaves out ${left.join(', ')}`);
  }

  /** What the sweep has told, when it has come to its end. */
  scoredSets(): Omit<ChooseCheckpointInput, 'threshold'> {
    const setOf = ({ step, table, measures, strengths: sets }: SweepProgress) => {
      if (!table)
        throw new Error(
          `The sweep ended without the scores of ${step === null ? 'the baseline' : `checkpoint ${step}`}.`,
        );
      const strengths = sets?.flatMap(({ strength, table: of }) => (of ? [{ strength, table: of }] : []));
      return { table, generalisation: measures?.generalisation ?? null, ...(strengths ? { strengths } : {}) };
    };
    const baseline = this.scored.get(null);
    if (!baseline) throw new Error('The sweep ended without its baseline.');
    const checkpoints = [...this.saved.values()]
      .sort((a, b) => a.step - b.step)
      .flatMap((saved) => {
        const scored = this.scored.get(saved.step);
        return scored ? [{ ...saved, ...setOf(scored) }] : [];
      });
    const anchor = this.#scoredAnchor;
    const saved = anchor && this.saved.get(anchor.step ?? 0);
    return { baseline: setOf(baseline), checkpoints, guardAnchor: saved ? { ...saved, ...setOf(anchor) } : null };
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
    const servers = sweepServers([...this.scored.values(), ...(this.#scoredAnchor ? [this.#scoredAnchor] : [])]);
    return servers.length > 0 ? servers : this.#told('sweepServers');
  }

  #told<T>(name: 'renderServers' | 'sweepServers'): T[] {
    return (this.provenance[name] ?? []) as T[];
  }

  get lastStep(): number {
    return Math.max(0, ...this.saved.keys());
  }

  /** Of the checkpoints scored so far; null before the first. */
  get bestIdentity(): number | null {
    const means = [...this.scored.values()].flatMap(({ step, identity }) =>
      step !== null && identity && identity.n > 0 ? [identity.mean] : [],
    );
    return means.length > 0 ? Math.max(...means) : null;
  }
}

const nameOf = ({ step }: SweepProgress): string => (step === null ? 'baseline without LoRA' : `checkpoint ${step}`);

function scoredText(progress: SweepProgress): string {
  const { identity, isGuardAnchor, isWatch, strengths } = progress;
  const only = isGuardAnchor ? ', only to check for memorisation' : isWatch ? ', to see whether training may stop' : '';
  const what = `${nameOf(progress)}${only}`;
  const scores = strengths ?? [{ strength: null, identity }];
  return `${what}: ${scores.map((one) => identityText(one.identity) + strengthWords(one.strength)).join('; ')}`;
}

function identityText(identity: SweepProgress['identity']): string {
  if (!identity || identity.n === 0) return 'no face found';
  return `identity ${identity.mean.toFixed(3)} (${identity.low.toFixed(3)} to ${identity.high.toFixed(3)})`;
}

/** For the timeline: from which runs images came. */
export function reusedWords({ images, runs }: Reused): string {
  return `${images} ${images === 1 ? 'image' : 'images'} taken from ${runs.join(', ')}`;
}
