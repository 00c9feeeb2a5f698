import type { ResolvedProject } from '../project/schema.js';
import { savedOf, sweptAfterStop, watchOf } from '../project/watched-steps.js';
import { strengthWords } from '../run/checkpoint-record.js';
import type { ChooseCheckpointInput, Reused } from '../run/contracts.js';
import { sweepServers, type SweepServer } from '../run/render-server.js';
import type { SweepProgress } from '../run/sweep.js';
import type { WatchCost } from '../run/training-record.js';
import type { Saves } from './saves.js';
import type { Timeline } from './timeline.js';

/** What a run knows of its sweep: which checkpoints are compared, and what was scored of each. */
export class SweepRecord {
  /** What is compared: what the file names, until a training stops early. */
  steps: number[];
  /** By step, null being the baseline; also what is only being rendered. */
  readonly scored = new Map<number | null, SweepProgress>();
  /** Of a training that may stop early, the few images of each checkpoint, by step. */
  readonly watched = new Map<number, SweepProgress>();
  /** Of the step that is scored for the guards alone: no option, so not among `scored`. */
  #scoredAnchor: SweepProgress | null = null;

  constructor(
    private readonly project: ResolvedProject,
    private readonly saves: Saves,
    private readonly timeline: Timeline,
  ) {
    this.steps = project.sweep.steps;
  }

  note(progress: SweepProgress): void {
    const { step, state } = progress;
    // A sweep that begins again says first that it renders: what the baseline scored stays.
    if (progress.isWatch) return this.#noteWatched(progress);
    if (progress.isGuardAnchor) this.#scoredAnchor = progress;
    else if (step !== null || state === 'scored') this.scored.set(step, progress);
    if (state !== 'scored') return;
    this.timeline.note('sweep', 'checkpoint', scoredText(progress));
    if (progress.reused) this.timeline.note('sweep', 'reuse', `${nameOf(progress)}: ${reusedWords(progress.reused)}`);
  }

  #noteWatched(progress: SweepProgress): void {
    if (!this.watched.has(progress.step ?? 0)) this.timeline.note('sweep', 'checkpoint', scoredText(progress));
    this.watched.set(progress.step ?? 0, progress);
  }

  get watchCost(): WatchCost {
    const images = [...this.watched.values()].reduce((sum, progress) => sum + (progress.images ?? 0), 0);
    return { checkpoints: this.watched.size, images };
  }

  /** The training has stopped before its last step: what is not saved is not compared. */
  afterStop(guardAnchor: number | null): void {
    const { sweep } = this.project;
    const watch = watchOf(this.project);
    const saved = watch ? watch.steps.filter((step) => this.saves.byStep.has(step)) : this.saves.scheduled;
    this.steps = watch ? sweptAfterStop(sweep.steps, saved, guardAnchor) : savedOf(sweep.steps, saved, guardAnchor);
    const left = sweep.steps.filter((step) => !this.steps.includes(step));
    const what = `the sweep compares checkpoints ${this.steps.join(', ')}`;
    this.timeline.note('sweep', 'decision', left.length === 0 ? what : `${what}; it leaves out ${left.join(', ')}`);
  }

  /** What the sweep has told, when it has come to its end. */
  get sets(): Omit<ChooseCheckpointInput, 'threshold'> {
    const baseline = this.scored.get(null);
    if (!baseline) throw new Error('The sweep ended without its baseline.');
    const checkpoints = [...this.saves.byStep.values()]
      .sort((a, b) => a.step - b.step)
      .flatMap((saved) => {
        const scored = this.scored.get(saved.step);
        return scored ? [{ ...saved, ...setOf(scored) }] : [];
      });
    const anchor = this.#scoredAnchor;
    const saved = anchor && this.saves.byStep.get(anchor.step ?? 0);
    return { baseline: setOf(baseline), checkpoints, guardAnchor: saved ? { ...saved, ...setOf(anchor) } : null };
  }

  /** That rendered it so far. */
  get servers(): SweepServer[] {
    return sweepServers([...this.scored.values(), ...(this.#scoredAnchor ? [this.#scoredAnchor] : [])]);
  }

  /** Of the checkpoints scored so far; null before the first. */
  get bestIdentity(): number | null {
    const means = [...this.scored.values()].flatMap(({ step, identity }) =>
      step !== null && identity && identity.n > 0 ? [identity.mean] : [],
    );
    return means.length > 0 ? Math.max(...means) : null;
  }
}

function setOf({ step, table, measures, strengths: sets }: SweepProgress) {
  if (!table)
    throw new Error(`The sweep ended without the scores of ${step === null ? 'the baseline' : `checkpoint ${step}`}.`);
  const strengths = sets?.flatMap(({ strength, table: of }) => (of ? [{ strength, table: of }] : []));
  return { table, generalisation: measures?.generalisation ?? null, ...(strengths ? { strengths } : {}) };
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
