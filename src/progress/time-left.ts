import type { BatchHeartbeat, TrainingHeartbeat } from '../run/heartbeats.js';
import type { Progress } from '../client/index.js';
import { Pace } from './pace.js';
import { durationWords } from '../text/figures.js';

/** Renders beside a training slow it down for a while: their pace is believed only where it never trains alone. */
const patienceMs = 90_000;
/** Of each new look at the pace: the time left must not jump. */
const weight = 0.1;

/** One time left for the whole run: training, the sweep's units, the editorial images. */
export class TimeLeft {
  readonly #alone: Pace;
  readonly #beside: Pace;
  readonly #images: Pace;
  #stretch = 0;
  #wasBeside = false;
  #trainingSinceMs: number | null = null;
  #secondsAStep: number | null = null;
  #secondsAnImage: number | null = null;
  #imagesAUnit = 0;

  constructor(private readonly nowMs: () => number = () => performance.now()) {
    this.#alone = new Pace(nowMs);
    this.#beside = new Pace(nowMs);
    this.#images = new Pace(nowMs);
  }

  /** @returns e.g. about 4 min left; null while it can't be told, or where nothing runs. */
  of({ status, activities }: Progress): string | null {
    const beats = activities.map(({ heartbeat }) => heartbeat);
    const batch =
      beats.find((beat): beat is BatchHeartbeat => beat?.kind === 'batch' && beat.what === 'render') ?? null;
    const live = beats.find((beat): beat is TrainingHeartbeat => beat?.kind === 'training') ?? null;
    if (batch) this.#seeImages(batch);
    if (live?.phase === 'training') this.#seeSteps(live, batch !== null);
    const seconds = status.state === 'running' ? this.#secondsLeft(status, batch, live) : null;
    return seconds === null ? null : `about ${roughly(seconds)} left`;
  }

  #seeImages({ done, of }: BatchHeartbeat): void {
    this.#imagesAUnit = of;
    const left = this.#images.secondsLeft(`images ${of}`, done, of);
    if (left !== null && done < of) this.#secondsAnImage = smoothed(this.#secondsAnImage, left / (of - done));
  }

  #seeSteps({ step, steps }: TrainingHeartbeat, isBeside: boolean): void {
    this.#trainingSinceMs ??= this.nowMs();
    if (this.#wasBeside && !isBeside) this.#stretch += 1;
    this.#wasBeside = isBeside;
    const any = this.#beside.secondsLeft('training', step, steps);
    const alone = isBeside ? null : this.#alone.secondsLeft(`training ${this.#stretch}`, step, steps);
    const isPatient = this.#secondsAStep === null && this.nowMs() - this.#trainingSinceMs < patienceMs;
    const left = alone ?? (isPatient || this.#secondsAStep !== null ? null : any);
    if (left !== null && step < steps) this.#secondsAStep = smoothed(this.#secondsAStep, left / (steps - step));
  }

  #secondsLeft(
    { stages, training, sweep, baseline }: Progress['status'],
    batch: BatchHeartbeat | null,
    live: TrainingHeartbeat | null,
  ): number | null {
    const stateOf = (id: string) => stages.find((stage) => stage.id === id)?.state;
    if (this.#secondsAnImage === null || !training) return null;
    // The report is being written: how long that takes, images do not tell.
    if (stateOf('06-editorial') === 'done') return null;
    const unit = this.#secondsAnImage * this.#imagesAUnit;
    const begun = batch ? this.#secondsAnImage * batch.done : 0;
    if (stateOf('06-editorial') === 'running') return Math.max(0, unit - begun);
    const units = sweep.filter(({ state }) => state !== 'scored').length + (baseline ? 0 : 1);
    const sweeping = Math.max(0, units * unit - begun);
    if (stateOf('05-training') !== 'running') return sweeping + unit;
    const step = Math.max(training.step, live?.step ?? 0);
    if (step >= training.steps) return sweeping + unit;
    if (this.#secondsAStep === null) return null;
    // Checkpoints are rendered while it trains; the last one cannot be.
    return Math.max(sweeping, (training.steps - step) * this.#secondsAStep + unit) + unit;
  }
}

const smoothed = (before: number | null, now: number): number =>
  before === null ? now : before + weight * (now - before);

/** No more exact than it is known: 40 s, 4 min, 2 h 10 min. */
function roughly(seconds: number): string {
  if (seconds < 90) return durationWords(Math.max(10, Math.round(seconds / 10) * 10));
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return durationWords(Math.round(seconds / 600) * 600);
}
