import type { CheckpointRecord } from '../../run/checkpoint-record.js';
import { ApplicationFailure } from '@temporalio/workflow';
import type { RenderItem } from '../../run/contracts.js';
import type { ArtifactRef } from '../../run/ref.js';
import { editorialItems } from '../../dataset/index.js';
import { severalStrengths, strengthsOf } from '../../project/strengths.js';
import { nameAt } from '../../run/sweep-items.js';
import { loraFault } from '../lora-effect.js';
import type { Run } from '../run.js';
import { loraUserOf } from './loras.js';
import { pictureOf, renderUnit, scoreBatch, type Request } from './pictures.js';

const id = '06-editorial';

/**
 * Stage 06: the chosen checkpoint in a render graph, with the editorial prompts in turn. One picture of each prompt is
 * rendered without the LoRA too: the server that draws these may be another than the sweep's, with another base model.
 */
export async function editorialStage(
  run: Run,
  chosen: Pick<CheckpointRecord, 'step' | 'lora'>,
  references: ArtifactRef[],
): Promise<void> {
  const { sweep } = run.input.project;
  const items = editorialItems(run.input.project);
  const strength = run.record.choice?.strength ?? strengthsOf(sweep)[0];
  const label = `step-${chosen.step}`;
  const lora = { file: chosen.lora, strength, label, user: loraUserOf(run, id) };
  // Both units: the control may be of another model too.
  let round: number | undefined;
  await run.stage(id, async () => {
    const request: Request = {
      stage: id,
      unit: severalStrengths(sweep) ? nameAt(label, strength) : label,
      graph: 'text-to-image-lora',
      lora,
      references,
      items,
      round,
    };
    const batch = await renderUnit(run, request);
    if (strength !== 0) {
      const control: Request = {
        stage: id,
        unit: 'control',
        graph: 'text-to-image',
        isControl: true,
        references,
        items: firsts(run, items),
        round,
      };
      const fault = loraFault(chosen.step, batch, await renderUnit(run, control), run.family);
      if (fault) {
        round = (round ?? 0) + 1;
        throw ApplicationFailure.nonRetryable(fault.message, fault.type);
      }
    }
    run.record.keep(id, (await scoreBatch(run, request, batch)).map(pictureOf));
  });
}

/** The first of each prompt: prompts take turns. */
const firsts = (run: Run, items: RenderItem[]): RenderItem[] =>
  items.slice(0, run.input.project.editorial.prompts.length);
