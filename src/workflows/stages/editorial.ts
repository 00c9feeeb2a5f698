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
import { judge, pictureOf, renderUnit, reuseUnits, scoreBatch, type Request } from './pictures.js';

const id = '06-editorial';

/**
 * Stage 06: the chosen checkpoint in a render graph, with the editorial prompts in turn. One picture of each prompt is
 * rendered without the LoRA too: the server that draws these may be another than the sweep's, with another base model.
 * @returns whether other runs had rendered all of it
 */
export async function editorialStage(
  run: Run,
  chosen: Pick<CheckpointRecord, 'step' | 'lora'>,
  references: ArtifactRef[],
): Promise<boolean> {
  const { sweep } = run.input.project;
  const items = editorialItems(run.input.project);
  const strength = run.record.choice?.strength ?? strengthsOf(sweep)[0];
  const label = `step-${chosen.step}`;
  const lora = { file: chosen.lora, strength, label, user: loraUserOf(run, id) };
  // Both units: the control may be of another model too.
  let round: number | undefined;
  return await run.stage(id, async () => {
    const request: Request = {
      stage: id,
      unit: severalStrengths(sweep) ? nameAt(label, strength) : label,
      graph: 'text-to-image-lora',
      lora,
      references,
      items,
      round,
    };
    const control: Request = {
      stage: id,
      unit: 'control',
      graph: 'text-to-image',
      isControl: true,
      references,
      items: firsts(run, items),
      round,
    };
    const reused = await reuseUnits(run, strength === 0 ? [request] : [request, control]);
    const batch = reused?.[0].batch ?? (await renderUnit(run, request));
    if (strength !== 0) {
      const without = reused?.[1].batch ?? (await renderUnit(run, control));
      const fault = loraFault(chosen.step, batch, without, run.family);
      if (fault) {
        round = (round ?? 0) + 1;
        throw ApplicationFailure.nonRetryable(fault.message, fault.type);
      }
    }
    const judged = reused ? judge(run, batch, reused[0].scored) : await scoreBatch(run, request, batch);
    run.record.keep(id, judged.map(pictureOf));
    return reused !== null;
  });
}

/** The first of each prompt: prompts take turns. */
const firsts = (run: Run, items: RenderItem[]): RenderItem[] =>
  items.slice(0, run.input.project.editorial.prompts.length);
