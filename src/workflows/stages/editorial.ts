import type { CheckpointSaved } from '../types.js';
import { seedOf } from '../../spec/seeds.js';
import type { ArtifactRef } from '../../artifacts/ref.js';
import type { Run } from '../run.js';
import { pictureOf, renderAndScore } from './pictures.js';

const id = '06-editorial';

/** Stage 06: the chosen checkpoint in a render graph, with the editorial prompts in turn. */
export async function editorialStage(run: Run, chosen: CheckpointSaved, references: ArtifactRef[]): Promise<void> {
  const { editorial, sweep, training } = run.input.project;
  await run.stage(id, async () => {
    const judged = await renderAndScore(run, {
      stage: id,
      unit: `step-${chosen.step}`,
      graph: 'text-to-image-lora',
      lora: { file: chosen.lora, strength: sweep.strength, label: `step-${chosen.step}` },
      references,
      items: Array.from({ length: editorial.images }, (_, index) => {
        const prompt = editorial.prompts[index % editorial.prompts.length];
        const key = `${prompt.id}-${index}`;
        return { key, prompt: prompt.text, seed: seedOf(training.seed, id, key) };
      }),
    });
    run.record.keep(id, judged.map(pictureOf));
  });
}
