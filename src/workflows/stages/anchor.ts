import type { ArtifactRef } from '../../run/ref.js';
import { acceptAnchor, anchorItems } from '../../dataset/index.js';
import { HelpNeeded } from '../explain.js';
import type { Run } from '../run.js';
import { choosePortrait } from './portrait.js';

const id = '01-anchor';

/** Stage 01: the face that everything else is measured against, rendered from the prompt or given as a photo. */
export async function anchorStage(run: Run): Promise<ArtifactRef> {
  const { anchorImage, project } = run.input;
  if (anchorImage) return await run.stage(id, async () => await takePhoto(run, anchorImage));
  if (!project.anchor?.prompt)
    throw new Error('A project without photo and dataset has an anchor prompt: the spec checks it.');
  return await choosePortrait(run, {
    stage: id,
    gate: 'anchor',
    graph: 'text-to-image',
    references: [],
    accept: acceptAnchor,
    itemsOf: (round) => anchorItems(project, round),
    hint: 'Ask in anchor.prompt for one person who faces the camera.',
  });
}

async function takePhoto(run: Run, image: ArtifactRef): Promise<ArtifactRef> {
  const result = await run.activities.identity.scoreFaces.executeWithOptions({ summary: 'measure the anchor photo' }, [
    { unit: id, images: [{ key: 'photo', image }], references: [] },
  ]);
  const [scored] = result.pictures;
  const picture = {
    image,
    seed: null,
    prompt: null,
    promptId: null,
    graphSha256: null,
    measured: scored.measured,
  };
  const verdict = acceptAnchor(scored);
  if (!verdict.ok) {
    run.record.reject(id, [{ ...picture, reason: verdict.reason }]);
    throw new HelpNeeded('photo-unsuited', `The anchor photo can't be used: ${verdict.reason}.`);
  }
  run.record.keep(id, [picture]);
  run.record.stage(id).chosen = image.sha256;
  return image;
}
