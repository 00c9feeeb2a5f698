import { patched } from '@temporalio/workflow';
import { anchorItems, canonicalItems, editorialItems, viewsOf } from '../dataset/index.js';
import type { StageId } from '../project/names.js';
import { strengthsOf } from '../project/strengths.js';
import { watchOf } from '../project/watched-steps.js';
import { addSpent, gpuTime, nothingSpent, spentWords, type Spent } from '../run/spent.js';
import type { SweepProgress } from '../run/sweep.js';
import { testImages } from '../run/sweep-items.js';
import { HelpNeeded } from './explain.js';
import { unitOf } from './rounds.js';
import type { RunRecord } from './run-record.js';

/** What a person adds where nothing tells what is left to do: this part of the budget. */
const leastGrant = 0.1;

/**
 * What a run may spend on GPUs. A unit that may pass it is asked for before it begins: `reserve` holds what the unit is
 * thought to take, by what this run has seen, until it is `settle`d. Where that does not fit, a person is asked; who
 * resumes, allows what was named.
 */
export class Budget {
  #allowed = 0;
  #asked = 0;
  readonly #reserved = new Map<string, number>();
  /** Of images that this run has rendered. */
  #images = 0;
  #imageSeconds = 0;

  constructor(
    private readonly record: RunRecord,
    gpuHours: number,
  ) {
    this.#allow(gpuHours * 3600);
  }

  #allow(seconds: number): void {
    this.#allowed = seconds;
    this.record.allowedSeconds = seconds;
  }

  get leftSeconds(): number {
    const reserved = [...this.#reserved.values()].reduce((sum, seconds) => sum + seconds, 0);
    return this.#allowed - this.#spent.gpuSeconds - reserved;
  }

  get #spent() {
    return [...this.record.spent.values()].reduce(addSpent, nothingSpent);
  }

  get #perImage(): number | null {
    return this.#images > 0 ? this.#imageSeconds / this.#images : null;
  }

  /** Of a unit of images; 0 where this run has rendered none yet. */
  secondsOf(images: number): number {
    return images * (this.#perImage ?? 0);
  }

  /** @param images that were rendered, those of other runs left out */
  noteImages(images: number, spent: Spent | undefined): void {
    if (!spent || images <= 0) return;
    this.#images += images;
    this.#imageSeconds += spent.gpuSeconds;
  }

  /** Of the sweep: a unit has come to its end. */
  noteScored({ step, isWatch, images, spent, reused }: SweepProgress): void {
    if (!isWatch) this.settle(unitOf(step));
    this.noteImages((images ?? this.imagesOf(step)) - (reused?.images ?? 0), spent);
  }

  /** Of a step's units in the sweep, `null` being the one without LoRA. */
  imagesOf(step: number | null): number {
    const { project } = this.record.input;
    const { prompts, seeds } = project.sweep;
    const watch = watchOf(project);
    if (step !== null && !this.record.sweep.steps.includes(step) && watch?.steps.includes(step))
      return watch.prompts.length * watch.seeds;
    const images = prompts.length * seeds + testImages(project.sweep);
    return images * (step === null ? 1 : strengthsOf(project.sweep).length);
  }

  /** What a training may spend: the rest is for the images that come beside and after it. */
  get forTraining(): number {
    // What is reserved is among the images that are left.
    const left = Math.max(0, this.#allowed - this.#spent.gpuSeconds);
    return left - Math.min(left, Math.max(this.secondsOf(this.imagesLeft), leastGrant * left));
  }

  fits(seconds: number): boolean {
    return this.leftSeconds > 0 && seconds <= this.leftSeconds;
  }

  reserve(unit: string, seconds: number): void {
    this.#reserved.set(unit, seconds);
  }

  settle(unit: string): void {
    this.#reserved.delete(unit);
  }

  /** @throws HelpNeeded where a unit does not fit */
  require(what: string, seconds: number): void {
    if (!this.fits(seconds)) throw this.help(what, seconds);
  }

  /** What is spent, what is left to do, and what that would take. */
  help(what: string, seconds: number): HelpNeeded {
    const { model } = this.record.input.project;
    const left = this.leftWork;
    const needed = Math.max(seconds, left.seconds);
    this.#asked = Math.max(
      needed - Math.max(0, this.#allowed - this.#spent.gpuSeconds),
      leastGrant * this.#allowed * (left.isKnown ? 0.01 : 1),
    );
    const stages = [...this.record.spent]
      .map(([place, spent]) => `${place} ${gpuTime(spent.gpuSeconds, model)}`)
      .join(', ');
    const text =
      `The budget of ${gpuTime(this.#allowed, model)} does not allow ${what}. Spent: ${spentWords(this.#spent, model)}` +
      `${stages ? `: ${stages}` : ''}. Left to do: ${left.words} ` +
      `(${left.isKnown ? `about ${gpuTime(left.seconds, model)}` : 'no estimate yet'}). ` +
      `Resuming allows ${gpuTime(this.#asked, model)} more.`;
    return new HelpNeeded('budget-spent', text);
  }

  /** A person resumes. */
  grant(): void {
    this.#allow(this.#allowed + this.#asked);
    this.#asked = 0;
  }

  /** Of all stages; the images where nothing more is rejected. */
  get leftWork(): { words: string; seconds: number; isKnown: boolean } {
    const { project } = this.record.input;
    const trained = this.record.stage('05-training').state === 'done';
    const steps = trained ? 0 : project.training.steps - this.record.saves.lastStep;
    const spentTraining = this.record.spent.get('05-training')?.gpuSeconds ?? 0;
    const perStep =
      this.record.saves.lastStep > 0 && spentTraining > 0 ? spentTraining / this.record.saves.lastStep : null;
    // What a run asked for before this change it goes on with.
    const images = this.imagesLeft + (patched('budget-counts-views') ? this.#imagesOfDataset : 0);
    const perImage = this.#perImage;
    return {
      words: `${steps} training steps and about ${images} images`,
      seconds: steps * (perStep ?? 0) + images * (perImage ?? 0),
      isKnown: (steps === 0 || perStep !== null) && perImage !== null,
    };
  }

  /** Of stages 01 to 04. */
  get #imagesOfDataset(): number {
    const { project, anchorImage, datasetImages } = this.record.input;
    if (datasetImages) return 0;
    const { first, second } = viewsOf(project.dataset);
    const whole: [StageId, number][] = [
      ['01-anchor', anchorImage ? 0 : anchorItems(project, 0).length],
      ['02-canonical', canonicalItems(project, 0).length],
      ['03-views-i', first.length],
      ['04-views-ii', second.length],
    ];
    return whole.reduce((sum, [id, images]) => sum + (this.record.stage(id).state === 'done' ? 0 : images), 0);
  }

  /** Of the sweep and stage 06. */
  get imagesLeft(): number {
    const { sweep, input } = this.record;
    const { scored, watched, steps: swept } = sweep;
    const isTrained = this.record.stage('05-training').state === 'done';
    const watch = isTrained ? [] : (watchOf(input.project)?.steps ?? []);
    const open = [
      ...[null, ...swept].filter((step) => scored.get(step)?.state !== 'scored'),
      ...watch.filter((step) => !watched.has(step) && !swept.includes(step)),
    ];
    const last = this.record.stage('06-editorial').state === 'done' ? 0 : editorialItems(input.project).length;
    return open.reduce((sum: number, step) => sum + this.imagesOf(step), last);
  }
}
