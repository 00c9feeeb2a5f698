import type { ArtifactRef } from '../../run/ref.js';
import { acceptCanonical, canonicalItems } from '../../dataset/index.js';
import { withoutEditing } from '../../project/families/index.js';
import type { Run } from '../run.js';
import { thresholdOf } from '../run.js';
import { editorFor } from './edited.js';
import { choosePortrait } from './portrait.js';

const id = '02-canonical';

/** Stage 02: the anchor's person bare-faced, frontal and neutral, as on a passport. */
export async function canonicalStage(run: Run, anchor: ArtifactRef): Promise<ArtifactRef> {
  const editor = editorFor(run);
  if (!editor.edits) run.record.note(id, 'start', withoutEditing(run.input.project.model));
  return await choosePortrait(run, {
    stage: id,
    gate: 'canonical',
    graph: 'edit',
    references: [anchor],
    editor,
    accept: (scored) => acceptCanonical(scored, thresholdOf(run)),
    itemsOf: (round) => canonicalItems(run.input.project, round, anchor),
    hint: 'Use an anchor that the model family can draw again, or a family with a better editing model.',
  });
}
