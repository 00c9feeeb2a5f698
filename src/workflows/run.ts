import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { condition, isCancellation, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { ArtifactRef } from '../artifacts/ref.js';
import { detailsOf } from './details.js';
import { explain } from './explain.js';
import { activitiesOf, type ProxiedActivities } from './proxies.js';
import { RunRecord } from './run-record.js';
import type { TimelineEvent } from '../report/data.js';
import type { Gate, StageId } from '../spec/names.js';
import { familyOf } from '../spec/families/index.js';
import type { Family } from '../spec/families/family.js';
import type { ApproveInput, PipelineInput, Place, RejectInput, RunStatus } from './types.js';

const stageKey = defineSearchAttributeKey('AzitStage', SearchAttributeType.KEYWORD);
const stepKey = defineSearchAttributeKey('AzitStep', SearchAttributeType.INT);
const stateKey = defineSearchAttributeKey('AzitState', SearchAttributeType.KEYWORD);
const modelKey = defineSearchAttributeKey('AzitModel', SearchAttributeType.KEYWORD);
const identityKey = defineSearchAttributeKey('AzitIdentity', SearchAttributeType.DOUBLE);

export type Decision = { kind: 'approved'; picks: number[] | null } | { kind: 'rejected'; reason: string };

/** A run in progress: its record, its activities, and the two ways it can wait for a person. */
export class Run {
  readonly record: RunRecord;
  readonly activities: ProxiedActivities;
  readonly family: Family;
  /** What a person chose; it overrules the rule. */
  chosenStep: number | null = null;
  #decision: Decision | null = null;
  #resumes = 0;
  #shown = '';

  constructor(readonly input: PipelineInput) {
    this.record = new RunRecord(input, () => new Date());
    this.activities = activitiesOf(input.taskQueuePrefix, input.project.model);
    this.family = familyOf(input.project.model);
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
    this.record.note(noteOf(place), 'help', explanation.text);
    if (place !== 'sweep' && place !== 'report') {
      Object.assign(this.record.stage(place), { state: 'needs-help', message: explanation.text });
    }
    this.#settle();
    await condition(() => this.#resumes > seen);
    this.record.helps.splice(this.record.helps.indexOf(help), 1);
    this.record.note(noteOf(place), 'resume', 'resumed by a person');
    this.#settle();
  }

  resume(): void {
    this.#resumes += 1;
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
    this.#decision = null;
    this.record.waitingFor = waitingFor;
    this.record.note(stage, 'wait', waitingFor.text);
    this.#settle();
    await condition(() => this.#decision !== null);
    const decision = this.#decision as unknown as Decision;
    this.record.waitingFor = null;
    this.record.note(stage, 'decision', decision.kind === 'approved' ? 'approved' : `rejected: ${decision.reason}`);
    this.#settle();
    return decision;
  }

  /** A person names the checkpoint: at the gate, or before anything else was chosen. */
  choose(step: number): void {
    this.chosenStep = step;
    this.#decision ??= { kind: 'approved', picks: null };
  }

  approve({ picks }: ApproveInput): void {
    // A decision may arrive twice: the first one stands.
    this.#decision ??= { kind: 'approved', picks: picks ?? null };
  }

  reject({ reason }: RejectInput): void {
    this.#decision ??= { kind: 'rejected', reason };
  }

  /** The server's own word for whoever watches: details always, search attributes where it has them and they changed. */
  show(): void {
    setCurrentDetails(detailsOf(this.record.status()));
    if (this.input.searchAttributes === false) return;
    const { state, current, lastStep, bestIdentity } = this.record;
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

  #settle(): void {
    if (this.needsHelp) this.record.state = 'needs-help';
    else this.record.state = this.record.waitingFor ? 'waiting' : 'running';
    this.show();
  }
}

const noteOf = (place: Place): TimelineEvent['stage'] => (place === 'report' ? 'run' : place);
