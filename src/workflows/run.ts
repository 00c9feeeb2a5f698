import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { condition, isCancellation, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { hasChange } from './changes.js';
import type { ArtifactRef } from '../run/ref.js';
import { Budget } from './budget.js';
import { detailsOf } from './details.js';
import { explain } from './explain.js';
import { keepRun } from './keep-run.js';
import { activitiesOf, type ProxiedActivities } from './proxies.js';
import { Reuse } from './reuse.js';
import { RunRecord } from './run-record.js';
import { statusOf } from './run-status.js';
import { tell } from './telling.js';
import type { SweepProgress } from '../run/sweep.js';
import type { TimelineEvent } from '../run/record.js';
import { type EmbedderProvenance, strengthWords } from '../run/checkpoint-record.js';
import type { Gate, RunState, StageId } from '../project/names.js';
import { cut, longest } from '../text/cut.js';
import { familyOf } from '../project/families/index.js';
import type { Family } from '../project/families/family.js';
import { namedStrength } from '../project/strengths.js';
import {
  offerOf,
  type ApproveInput,
  type ChooseCheckpointInput,
  type Chosen,
  type DecidedBy,
  type Decision,
  type GateDecision,
  type PipelineInput,
  type Place,
  type RejectInput,
  type RunStatus,
} from '../run/messages.js';

const stageKey = defineSearchAttributeKey('AzitStage', SearchAttributeType.KEYWORD);
const stepKey = defineSearchAttributeKey('AzitStep', SearchAttributeType.INT);
const stateKey = defineSearchAttributeKey('AzitState', SearchAttributeType.KEYWORD);
const modelKey = defineSearchAttributeKey('AzitModel', SearchAttributeType.KEYWORD);
const identityKey = defineSearchAttributeKey('AzitIdentity', SearchAttributeType.DOUBLE);

/** A run in progress: its record, its activities, and the two ways it can wait for a person. */
export class Run {
  readonly record: RunRecord;
  readonly activities: ProxiedActivities;
  readonly family: Family;
  /** Null: nothing is limited. */
  readonly budget: Budget | null;
  readonly reuse = new Reuse();
  #decision: Decision | null = null;
  #before: readonly GateDecision[];
  #resumes = 0;
  #resumedBy: string | undefined;
  #shown = '';

  constructor(readonly input: PipelineInput) {
    this.#before = input.decisions ?? [];
    this.record = new RunRecord(input, () => new Date());
    this.activities = activitiesOf(input.taskQueuePrefix, input.project.model);
    this.family = familyOf(input.project.model);
    const { budget } = input.project;
    this.budget = budget ? new Budget(this.record, budget.gpuHours) : null;
    this.record.chosenStep = input.again?.step ?? null;
    this.record.chosenStrength = input.again?.strength ?? null;
  }

  /**
   * Runs a stage until it succeeds. What retries can't cure stops here, keeps all that is made, says what is wrong and
   * waits for `resume`; `work` then runs again and finds its earlier results.
   */
  async stage<T>(id: StageId, work: (attempt: number) => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      this.record.begin(id);
      this.show();
      try {
        const result = await work(attempt);
        this.record.end(id, 'done');
        this.show();
        return result;
      } catch (error) {
        await this.#waitForHelp(id, error);
      }
    }
  }

  /** Does `work` until it succeeds, with a person's help in between. */
  async withHelp<T>(place: Place, work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        await this.#waitForHelp(place, error);
      }
    }
  }

  /** Rethrows what no person can cure: a cancellation, or a bug. */
  async #waitForHelp(place: Place, error: unknown): Promise<void> {
    if (isCancellation(error)) throw error;
    const explanation = explain(error);
    if (!explanation) throw error;
    const help = { stage: place, ...explanation };
    const seen = this.#resumes;
    this.record.helps.push(help);
    const fix = ` Fix: ${explanation.cure}`;
    this.record.note(noteOf(place), 'help', cut(explanation.text, longest.line - fix.length) + fix);
    if (place !== 'sweep' && place !== 'report') {
      Object.assign(this.record.stage(place), { state: 'needs-help', message: explanation.text + fix });
    }
    this.#settle();
    await keepRun(this);
    await tell(this.record, 'needs-help', explanation.text, explanation.cure);
    await condition(() => this.#resumes > seen);
    this.record.note(noteOf(place), 'resume', `resumed by ${this.#resumedBy ?? 'a person'}`);
    this.#settle();
  }

  /** Nothing needs help from here on: another resume of the same moment is told so. */
  resume(input?: DecidedBy | null): void {
    this.#resumedBy = input?.by;
    this.record.helps.splice(0);
    this.budget?.grant();
    this.#resumes += 1;
    this.record.repetitions += 1;
  }

  /** Of the sweep. */
  noteSwept(told: SweepProgress[]): void {
    for (const progress of told) {
      this.record.noteScored(progress);
      if (progress.state === 'scored') this.budget?.noteScored(progress);
    }
    this.show();
  }

  get needsHelp(): boolean {
    return this.record.helps.length > 0;
  }

  /** The views kept so far, by name. */
  keptViews(): { key: string; image: ArtifactRef }[] {
    const views = [this.record.stage('03-views-i'), this.record.stage('04-views-ii')];
    return views.flatMap(({ outputs }) => outputs.map(({ image }) => ({ key: image.name, image })));
  }

  wants(gate: Gate): boolean {
    return this.input.project.approvals.includes(gate);
  }

  /** Waits at a gate until a person approves or rejects. */
  async ask(waitingFor: NonNullable<RunStatus['waitingFor']>, stage: StageId): Promise<Decision> {
    const before = this.#decidedBefore(waitingFor);
    if (before) {
      this.#keepDecision(waitingFor, before.decision);
      this.record.note(stage, 'decision', `${decisionWords(before.decision)}, as before`);
      return before.decision;
    }
    this.#decision = null;
    this.record.waitingFor = waitingFor;
    this.record.note(stage, 'wait', waitingFor.text);
    this.#settle();
    await keepRun(this);
    await tell(this.record, 'waiting', `It waits at the gate '${waitingFor.gate}': ${waitingFor.text}.`);
    await condition(() => this.#decision !== null);
    const decision = this.#decision as unknown as Decision;
    this.record.note(stage, 'decision', decisionWords(decision));
    this.#settle();
    return decision;
  }

  /** Of the same images: see `PipelineInput.decisions`. */
  #decidedBefore({ gate, options }: NonNullable<RunStatus['waitingFor']>): GateDecision | undefined {
    const next = this.#before.find((one) => one.gate === gate);
    if (next?.offer !== offerOf(options)) return undefined;
    this.#before = this.#before.filter((one) => one !== next);
    return next;
  }

  /** A person names the checkpoint: at its gate, or before, where it is kept for it. The first one stands. */
  choose({ step, strength: asked, by }: ChooseCheckpointInput): Chosen {
    const { record } = this;
    const strength = namedStrength(this.input.project.sweep, asked);
    // It once approved whatever gate waited, and the last one stood.
    if (!hasChange('decisions-by-gate')) {
      record.chosenStep = step;
      this.#decide({ kind: 'approved', picks: null, drops: null });
      return { already: false };
    }
    if (record.stage('06-editorial').state !== 'pending' || record.chosenStep !== null) return { already: true };
    record.chosenStep = step;
    record.chosenStrength = strength ?? null;
    if (record.waitingFor?.gate === 'checkpoint') this.#decide({ kind: 'chosen', step, strength, by });
    else record.note('sweep', 'decision', `${by ?? 'a person'} chose checkpoint ${step}${strengthWords(strength)}`);
    return { already: false };
  }

  approve({ picks, drops, by }: ApproveInput): void {
    this.#decide({ kind: 'approved', picks: picks ?? null, drops: drops ?? null, by });
  }

  reject({ reason, by }: RejectInput): void {
    this.#decide({ kind: 'rejected', reason: cut(reason, longest.line), by });
    this.record.repetitions += 1;
  }

  /** The first decision stands. Nothing waits from here on: another one of the same moment is refused as any later one. */
  #decide(decision: Decision): void {
    const { waitingFor } = this.record;
    if (!waitingFor) return;
    this.#decision = decision;
    this.record.waitingFor = null;
    this.record.state = this.#standing();
    this.#keepDecision(waitingFor, decision);
  }

  #keepDecision({ gate, options }: NonNullable<RunStatus['waitingFor']>, decision: Decision): void {
    this.record.decided.set(gate, decisionWords(decision));
    if (gate !== 'checkpoint') this.record.decisions.push({ gate, offer: offerOf(options), decision });
  }

  /** The server's own word for whoever watches: details always, search attributes where it has them and they changed. */
  show(): void {
    setCurrentDetails(detailsOf(statusOf(this.record)));
    if (this.input.searchAttributes === false) return;
    const { state, current, saves, sweep } = this.record;
    const { lastStep } = saves;
    const { bestIdentity } = sweep;
    const shown = JSON.stringify([state, current, lastStep, bestIdentity]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    upsertSearchAttributes([
      { key: stateKey, value: state },
      { key: modelKey, value: this.input.project.model },
      { key: stepKey, value: lastStep },
      ...(current ? [{ key: stageKey, value: current } as const] : []),
      ...(bestIdentity === null ? [] : [{ key: identityKey, value: bestIdentity } as const]),
    ]);
  }

  #standing(): RunState {
    if (this.needsHelp) return 'needs-help';
    return this.record.waitingFor ? 'waiting' : 'running';
  }

  #settle(): void {
    this.record.state = this.#standing();
    this.show();
  }
}

const noteOf = (place: Place): TimelineEvent['stage'] => (place === 'report' ? 'run' : place);

const decisionWords = (decision: Decision): string =>
  `${whatWords(decision)}${decision.by ? ` (by ${decision.by})` : ''}`;

function whatWords(decision: Decision): string {
  if (decision.kind === 'rejected') return `rejected: ${decision.reason}`;
  if (decision.kind === 'chosen') return `step ${decision.step}${strengthWords(decision.strength)} chosen`;
  const { picks, drops } = decision;
  if (picks) return `approved with ${picks.length === 1 ? 'number' : 'numbers'} ${picks.join(', ')}`;
  return drops ? `approved without ${drops.length === 1 ? 'number' : 'numbers'} ${drops.join(', ')}` : 'approved';
}

/** Likeness from which on the embedder that has measured this run so far takes two pictures for one person. */
export const thresholdOf = ({ record }: Run): number | undefined =>
  (record.provenance.embedders as EmbedderProvenance[] | undefined)?.[0]?.threshold;
