import type { ArtifactRef } from '../../run/ref.js';
import { acceptCanonical } from '../../dataset/index.js';
import { withoutEditing } from '../../project/families/index.js';
import { seedOf } from '../../project/seeds.js';
import type { Run } from '../run.js';
import { thresholdOf } from '../run.js';
import { choosePortrait } from './portrait.js';

const id = '02-canonical';

/** Stage 02: the anchor's person bare-faced, frontal and neutral, as on a passport. */
export async function canonicalStage(run: Run, anchor: ArtifactRef): Promise<ArtifactRef> {
  const { canonical, anchor: anchorSpec } = run.input.project;
  if (!run.family.edits && !run.input.graphs?.edit)
    run.record.note(id, 'start', withoutEditing(run.input.project.model));
  return await run.stage(id, async (attempt) => {
    return await choosePortrait(
      run,
      {
        stage: id,
        gate: 'canonical',
        graph: 'edit',
        references: [anchor],
        accept: (scored) => acceptCanonical(scored, thresholdOf(run)),
        itemsOf: (round) =>
          Array.from({ length: canonical.candidates }, (_, index) => ({
            key: `canonical-${round}-${index}`,
            prompt: run.family.canonicalPrompt,
            seed: seedOf(anchorSpec?.seed ?? 0, 'canonical', round, index),
            image: anchor,
          })),
        hint: 'Use an anchor that the model family can draw again, or a family with a better editing model.',
      },
      attempt * 3,
    );
  });
}
