import {
  ApplicationFailure,
  condition,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { RenderBatchResult, RenderItem } from '../activities/types.js';
import { setScores } from '../identity/set-scores.js';
import { familyOf } from '../spec/families/index.js';
import { workflowIdOf } from '../spec/names.js';
import { seedOf } from '../spec/seeds.js';
import { loraFault, type LoraFault } from './lora-effect.js';
import { checkpointSavedSignal, sweepProgressSignal, trainingEndedSignal } from './messages.js';
import { activitiesOf } from './proxies.js';
import { unitOf } from './rounds.js';
import { toChoiceSample } from './scored.js';
import type { CheckpointSaved, SweepCheckpoint, SweepInput, SweepProgress, SweepResult, SweepSet } from './types.js';

/**
 * Renders and scores the same prompts and seeds with every swept checkpoint, each as soon as it is saved, and once
 * without any LoRA. One unit of work is one checkpoint: its LoRA is loaded once.
 */
export async function checkpointSweep(input: SweepInput): Promise<SweepResult> {
  const sweep = new Sweep(input);
  setHandler(checkpointSavedSignal, (...saved) => saved.forEach((checkpoint) => sweep.save(checkpoint)));
  setHandler(trainingEndedSignal, ({ checkpoints }) => sweep.end(checkpoints));
  return await sweep.run();
}

class Sweep {
  readonly #activities;
  readonly #family;
  readonly #saved = new Map<number, CheckpointSaved>();
  readonly #progress = new Map<number | null, SweepProgress>();
  readonly #rendered = new Map<number | null, RenderBatchResult>();
  #ended: boolean;
  #server: Record<string, unknown> = {};

  constructor(private readonly input: SweepInput) {
    this.#activities = activitiesOf(input.taskQueuePrefix, input.family);
    this.#family = familyOf(input.family);
    this.#ended = input.trainingEnded;
    for (const saved of input.saved) this.save(saved);
  }

  /** The first news of a step counts; a step that is not swept is none of ours. */
  save(saved: CheckpointSaved): void {
    if (this.input.sweep.steps.includes(saved.step) && !this.#saved.has(saved.step)) this.#saved.set(saved.step, saved);
  }

  end(checkpoints: CheckpointSaved[]): void {
    for (const saved of checkpoints) this.save(saved);
    this.#ended = true;
  }

  async run(): Promise<SweepResult> {
    // All at once: the render queue's workers decide how many run side by side, and take them in order.
    const baseline = this.#renderAndScore(null);
    const checkpoints = this.input.sweep.steps.map((step) => this.#checkpoint(step));
    const [ofBaseline, ...ofSteps] = await Promise.all([baseline, ...checkpoints]);
    const scored = ofSteps.filter((checkpoint) => checkpoint !== null);
    return { baseline: ofBaseline, checkpoints: scored.sort((a, b) => a.step - b.step), server: this.#server };
  }

  async #checkpoint(step: number): Promise<SweepCheckpoint | null> {
    await condition(() => this.#saved.has(step) || this.#ended);
    const saved = this.#saved.get(step);
    if (!saved) return null;
    return { ...saved, ...(await this.#renderAndScore(saved)) };
  }

  async #renderAndScore(saved: CheckpointSaved | null): Promise<SweepSet> {
    const { runId, family, graphs, references, training, sweep, loraUser: user } = this.input;
    const graph = saved ? 'text-to-image-lora' : 'text-to-image';
    const what = saved ? `checkpoint ${saved.step}` : 'baseline without LoRA';
    const unit = unitOf(saved?.step ?? null);
    const items = this.#items();
    await this.#tell({ step: saved?.step ?? null, state: 'rendering', identity: null });
    const batch = await this.#activities.render.renderBatch.executeWithOptions(
      { summary: `render ${what}: ${items.length} pictures` },
      [
        {
          runId,
          stage: 'sweep',
          unit,
          family,
          graph,
          ownGraph: graphs?.[graph],
          negative: this.#family.negative,
          size: this.#family.size,
          lora: saved ? { file: saved.lora, strength: sweep.strength, label: `step-${saved.step}`, user } : undefined,
          items,
          round: this.input.rounds?.[unit],
        },
      ],
    );
    this.#server = batch.server;
    this.#rendered.set(saved?.step ?? null, batch);
    this.#refuseFaultyLoras();
    const result = await this.#activities.identity.scoreFaces.executeWithOptions(
      { summary: `score ${what}: ${items.length} pictures` },
      [{ unit, images: batch.items.map(toScore), references, training }],
    );
    const { pictures: scored, generalisation } = result;
    const samples = batch.items.map((rendered, index) => {
      return { prompt: promptOf(rendered.key), rendered, measured: scored[index].measured };
    });
    const { identity, ...scores } = setScores(samples.map(toChoiceSample));
    const measures = { ...scores, generalisation };
    await this.#tell({ step: saved?.step ?? null, state: 'scored', identity, measures });
    return { samples, generalisation };
  }

  /** As soon as there is something to compare with. Schedules nothing: histories from before this check still replay. */
  #refuseFaultyLoras(): void {
    const control = this.#rendered.get(null);
    if (!control || this.input.sweep.strength === 0) return;
    const faults = new Map<number, LoraFault | null>();
    for (const [step, batch] of this.#rendered) if (step !== null) faults.set(step, loraFault(step, batch, control));
    const [fault] = [...faults.values()].filter((found) => found !== null);
    if (!fault) return;
    const passed = [...faults].flatMap(([step, found]) => (found ? [] : [unitOf(step)]));
    // A control that no checkpoint differs from as it should is suspected with them: of another model, perhaps.
    if (passed.length > 0) passed.push(unitOf(null));
    throw ApplicationFailure.nonRetryable(fault.message, fault.type, { passed });
  }

  #items(): RenderItem[] {
    const { sweep, seed } = this.input;
    return sweep.prompts.flatMap(({ id, text }) =>
      Array.from({ length: sweep.seeds }, (_, index) => ({
        key: `${id}.${index}`,
        prompt: text,
        seed: seedOf(seed, 'sweep', id, index),
      })),
    );
  }

  async #tell(progress: SweepProgress): Promise<void> {
    this.#progress.set(progress.step, progress);
    const lines = [...this.#progress.values()].map(({ step, state, identity }) => {
      return `- ${step ?? 'no LoRA'}: ${identity ? `identity ${identity.mean.toFixed(3)}` : state}`;
    });
    setCurrentDetails(lines.join('\n'));
    await getExternalWorkflowHandle(workflowIdOf(this.input.runId)).signal(sweepProgressSignal, progress);
  }
}

const toScore = ({ key, image, prompt, seed }: RenderBatchResult['items'][number]) => {
  return { key, image, render: { promptId: promptOf(key), prompt, seed } };
};

/** Keys are `PROMPT.INDEX`; prompt ids hold no dot. */
const promptOf = (key: string): string => key.slice(0, key.lastIndexOf('.'));
