import type { SweepInput, SweepProgress, SweepResult } from '../run/sweep.js';
import {
  ApplicationFailure,
  condition,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import { hasChange } from './changes.js';
import type { ComparedFaces, RenderBatchInput, RenderBatchResult, ScoreFacesResult } from '../run/contracts.js';
import type { CheckpointSaved } from '../run/training-record.js';
import type { RenderServer } from '../run/render-server.js';
import type { ModelFiles } from '../project/model-files.js';
import { familyOf } from '../project/families/index.js';
import { workflowIdOf } from '../project/names.js';
import { severalStrengths, strengthsOf } from '../project/strengths.js';
import { sweepItems, type PromptGrid } from '../run/sweep-items.js';
import { withLora, withoutLora } from './compared-graphs.js';
import { imagesToScore, type EarlierSweepResult } from './earlier-sweeps.js';
import { loraFault, looksOf, type LoraFault, type Looks } from './lora-effect.js';
import { checkpointSavedSignal, sweepProgressSignal, trainingEndedSignal } from './messages.js';
import { activitiesOf } from './proxies.js';
import { lookUp } from './reuse.js';
import { unitOf } from './rounds.js';
import { progressOf, setOf, type ScoredSet } from './scored-sets.js';

/**
 * Renders and scores the same prompts and seeds with every swept checkpoint, each as soon as it is saved, and once
 * without any LoRA. One unit of work is one checkpoint: its LoRA is loaded once.
 *
 * Where training may stop early, each saved checkpoint first has a small unit of its own while training goes on, by which
 * the pipeline judges that; when it has stopped, the sweep goes over the steps that it is told then.
 *
 * Each unit goes from `waiting` (for its pipeline to tell of the checkpoint) to `rendering` to `scored`, and tells the
 * pipeline of the last two; the baseline waits for nothing. When training has ended, a unit that still waits has no
 * checkpoint and falls away. All units together end the sweep; a LoRA that shows as faulty ends it at once, with help
 * for a person, and the pipeline starts another, which finds what was rendered.
 */
export async function checkpointSweep(input: SweepInput): Promise<SweepResult> {
  const sweep = new Sweep(input);
  setHandler(checkpointSavedSignal, (...saved) => saved.forEach((checkpoint) => sweep.save(checkpoint)));
  setHandler(trainingEndedSignal, ({ checkpoints, swept }) => sweep.end(checkpoints, swept));
  return await sweep.run();
}

class Sweep {
  readonly #activities;
  readonly #family;
  /** Of no LoRA, and of a checkpoint: at each of its strengths. */
  readonly #grid: PromptGrid;
  readonly #loraGrid: PromptGrid;
  /** What happens to sweeps that began before either: `earlier-sweeps.ts`. */
  readonly #isStored = hasChange('sweep-in-store');
  readonly #tellsSets = hasChange('sweep-tells-sets');
  readonly #saved = new Map<number, CheckpointSaved>();
  readonly #progress = new Map<number | null, SweepProgress>();
  readonly #rendered = new Map<number | null, Looks>();
  /** Of these nothing is left to do. */
  readonly #reused = new Set<number | null>();
  readonly #steps: number[];
  /** After a training that has stopped early: what is swept in place of what was wanted. */
  #swept: number[] = [];
  #ended: boolean;
  #server: RenderServer = {};

  constructor(private readonly input: SweepInput) {
    const { prompts, seeds, tests } = input.sweep;
    this.#grid = { prompts, seeds, seed: input.seed, ...(tests ? { tests } : {}) };
    const strengths = severalStrengths(input.sweep);
    this.#loraGrid = strengths ? { ...this.#grid, strengths } : this.#grid;
    this.#activities = activitiesOf(input.taskQueuePrefix, input.family);
    this.#family = familyOf(input.family);
    this.#steps = [...(input.guardAnchor ? [input.guardAnchor] : []), ...input.sweep.steps];
    this.#ended = input.trainingEnded ?? false;
    for (const saved of input.saved ?? []) this.save(saved);
  }

  /** The first news of a step counts; a step that is not swept is none of ours. */
  save(saved: CheckpointSaved): void {
    const { step } = saved;
    const isOurs = this.#steps.includes(step) || this.input.watch?.steps.includes(step) || this.#swept.includes(step);
    if (isOurs && !this.#saved.has(saved.step)) this.#saved.set(saved.step, saved);
  }

  end(checkpoints: CheckpointSaved[], swept: number[] = []): void {
    this.#swept = swept;
    for (const saved of checkpoints) this.save(saved);
    this.#ended = true;
  }

  async run(): Promise<SweepResult> {
    const told = this.input.reuse ? await this.#reuse(this.input.reuse) : [];
    const isWhole = [null, ...this.#saved.keys()].every((step) => this.#reused.has(step));
    if (this.#ended && isWhole) return { server: this.#server, told };
    const [first, ...more] = told;
    if (first) await this.#report(first, ...more);
    // All at once: the render queue's workers decide how many run side by side, and take them in order.
    const baseline = this.#renderAndScore(null);
    const checkpoints = this.#steps.map((step) => this.#checkpoint(step));
    const watched = (this.input.watch?.steps ?? []).filter((step) => !this.#steps.includes(step));
    const others = Promise.all([...watched.map((step) => this.#watch(step)), this.#rest()]);
    const [ofBaseline, ...ofSteps] = await Promise.all([baseline, ...checkpoints, others.then(() => null)]);
    if (this.#tellsSets) return { server: this.#server };
    const scored = ofSteps.filter((checkpoint) => checkpoint !== null).sort((a, b) => a.step - b.step);
    // All of one kind: `hasChange` says so of the whole run.
    return { baseline: ofBaseline, checkpoints: scored, server: this.#server } as EarlierSweepResult;
  }

  async #checkpoint(step: number): Promise<(ScoredSet & CheckpointSaved) | null> {
    await condition(() => this.#saved.has(step) || this.#ended);
    const saved = this.#saved.get(step);
    if (!saved) return null;
    if (this.input.watch) await this.#watch(step);
    const set = await this.#renderAndScore(saved);
    return set && { ...saved, ...set };
  }

  /** What other runs have rendered of the baseline and of what is saved by now: one activity for all. */
  async #reuse(modelFiles: ModelFiles): Promise<SweepProgress[]> {
    const units = [null, ...this.#steps.flatMap((step) => this.#saved.get(step) ?? [])];
    const input = units.map((saved) => {
      return { render: this.#renderInput(saved), score: { unit: unitOf(saved?.step ?? null), references: [] } };
    });
    const what = `look up the images of ${units.length - 1} checkpoints, and without LoRA`;
    const found = await lookUp(this.#activities.reusing, what, { units: input, modelFiles }, this.#compared);
    const told: SweepProgress[] = [];
    for (const [at, unit] of found.entries()) {
      if (!unit?.scored) continue;
      this.#look(units[at], unit.batch);
      this.#reused.add(units[at]?.step ?? null);
      told.push(this.#note(progressOf(units[at], unit.batch, unit.scored).progress));
    }
    this.#refuseFaultyLoras();
    return told;
  }

  /** The steps that nobody wanted before training had stopped. */
  async #rest(): Promise<void> {
    await condition(() => this.#ended);
    const added = this.#swept.filter((step) => !this.#steps.includes(step));
    await Promise.all(added.map((step) => this.#renderAndScore(this.#saved.get(step) ?? null)));
  }

  /** A few images of a checkpoint, as long as it is open whether training may stop. */
  async #watch(step: number): Promise<void> {
    const { watch, seed } = this.input;
    if (!watch?.steps.includes(step)) return;
    await condition(() => this.#saved.has(step) || this.#ended);
    const saved = this.#saved.get(step);
    if (!saved || this.#ended) return;
    const grid = { prompts: watch.prompts, seeds: watch.seeds, seed };
    const count = sweepItems(grid).length;
    const batch = await this.#activities.render.renderBatch.executeWithOptions(
      { summary: `render checkpoint ${step}, to see whether training may stop: ${count} images` },
      [this.#renderInput(saved, grid, `watch-${step}`, [watch.strength])],
    );
    const scored = await this.#score(
      `watch-${step}`,
      `checkpoint ${step}, to see whether training may stop`,
      batch,
      count,
    );
    const { scores } = setOf(batch, scored);
    const { identity, table } = scores;
    await this.#report({ step, state: 'scored', isWatch: true, identity, table, images: count, spent: batch.spent });
  }

  async #renderAndScore(saved: CheckpointSaved | null): Promise<ScoredSet | null> {
    const step = saved?.step ?? null;
    if (this.#reused.has(step)) return null;
    const count = sweepItems(this.#gridOf(saved)).length;
    const what = saved ? `checkpoint ${saved.step}` : 'baseline without LoRA';
    await this.#tell({ step, state: 'rendering', identity: null });
    const batch = await this.#activities.render.renderBatch.executeWithOptions(
      { summary: `render ${what}: ${count} images` },
      [this.#renderInput(saved)],
    );
    this.#look(saved, batch);
    this.#refuseFaultyLoras();
    const scored = await this.#score(unitOf(step), what, batch, count);
    const { set, progress } = progressOf(saved, batch, scored);
    await this.#tell(progress);
    return set;
  }

  #look(saved: CheckpointSaved | null, batch: RenderBatchResult): void {
    this.#server = batch.server;
    this.#rendered.set(saved?.step ?? null, looksOf(batch, this.#gridOf(saved)));
  }

  #gridOf(saved: CheckpointSaved | null): PromptGrid {
    return saved ? this.#loraGrid : this.#grid;
  }

  // No async function, as `#report`: another turn of the loop would change the order of commands in older histories.
  #score(unit: string, what: string, batch: RenderBatchResult, count: number): Promise<ScoreFacesResult> {
    return this.#activities.identity.scoreFaces.executeWithOptions(
      { summary: `score ${what}: ${count} images` },
      // Apart, since they are the same for every unit: a long payload is stored once for all.
      [
        {
          unit,
          ...(batch.table ? { images: [], grid: batch.table.artifact } : { images: imagesToScore(batch) }),
          references: [],
        },
        this.#compared,
      ],
    );
  }

  get #compared(): ComparedFaces {
    const { references, training, lookAlikes } = this.input;
    return { references, training, ...(lookAlikes ? { lookAlikes } : {}) };
  }

  #renderInput(
    saved: CheckpointSaved | null,
    grid = this.#gridOf(saved),
    unit = unitOf(saved?.step ?? null),
    [strength] = strengthsOf(this.input.sweep),
  ): RenderBatchInput {
    const { runId, family, graphs, fresh, loraUser: user } = this.input;
    return {
      runId,
      stage: 'sweep',
      unit,
      family,
      ...(saved ? withLora(graphs) : withoutLora(graphs)),
      negative: this.#family.negative,
      size: this.#family.size,
      lora: saved ? { file: saved.lora, strength, label: `step-${saved.step}`, user } : undefined,
      ...(this.#isStored ? { items: [], grid } : { items: sweepItems(grid) }),
      round: this.input.rounds?.[unit],
      ...(fresh ? { fresh } : {}),
    };
  }

  /** As soon as there is something to compare with. Schedules nothing: histories from before this check still replay. */
  #refuseFaultyLoras(): void {
    const control = this.#rendered.get(null);
    if (!control || this.input.sweep.strength === 0) return;
    const faults = new Map<number, LoraFault | null>();
    for (const [step, batch] of this.#rendered)
      if (step !== null) faults.set(step, loraFault(step, batch, control, this.#family));
    const [fault] = [...faults.values()].filter((found) => found !== null);
    if (!fault) return;
    const passed = [...faults].flatMap(([step, found]) => (found ? [] : [unitOf(step)]));
    // A control that no checkpoint differs from as it should is suspected with them: of another model, perhaps.
    if (passed.length > 0) passed.push(unitOf(null));
    throw ApplicationFailure.nonRetryable(fault.message, fault.type, { passed });
  }

  async #tell(progress: SweepProgress): Promise<void> {
    await this.#report(this.#note(progress));
  }

  #note(progress: SweepProgress): SweepProgress {
    if (progress.step !== null && progress.step === this.input.guardAnchor) progress.isGuardAnchor = true;
    this.#progress.set(progress.step, progress);
    const lines = [...this.#progress.values()].map(({ step, state, identity }) => {
      return `- ${step ?? 'no LoRA'}: ${identity ? `identity ${identity.mean.toFixed(2)}` : state}`;
    });
    setCurrentDetails(lines.join('\n'));
    return progress;
  }

  #report(first: SweepProgress, ...others: SweepProgress[]): Promise<void> {
    return getExternalWorkflowHandle(workflowIdOf(this.input.runId)).signal(sweepProgressSignal, first, ...others);
  }
}
