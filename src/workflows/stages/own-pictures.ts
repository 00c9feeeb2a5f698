import type { ArtifactRef } from '../../artifacts/ref.js';
import { captionOf } from '../../dataset/index.js';
import type { Picture } from '../../report/data.js';
import { HelpNeeded } from '../explain.js';
import type { Run } from '../run.js';

export interface OwnPicture {
  name: string;
  picture: Picture;
  caption: string;
  yaw: number | null;
  pitch: number;
}

/** Below this nothing can be both trained on and held out. */
const fewest = 4;

/** The person's own pictures instead of stages 01-04: measured, so that some with a face can be held out. */
export async function ownPictures(
  run: Run,
  given: { image: ArtifactRef; caption: string | null }[],
): Promise<OwnPicture[]> {
  for (const id of ['01-anchor', '02-canonical', '03-views-i', '04-views-ii'] as const) {
    run.record.end(id, 'skipped', 'the pictures were given');
  }
  const images = given.map(({ image }, index) => ({ key: String(index), image }));
  const result = await run.activities.identity.scoreFaces.executeWithOptions(
    { summary: `measure ${given.length} given pictures` },
    [{ unit: 'own pictures', images, references: [] }],
  );
  run.record.provenance.embedders = result.embedders;
  const scored = result.pictures;
  const unreadable = scored.filter(({ error }) => error !== null);
  if (given.length - unreadable.length < fewest) {
    throw new HelpNeeded(
      'too-few-pictures',
      `Of ${given.length} given pictures ${given.length - unreadable.length} can be read; at least ${fewest} are needed.`,
      'Put more pictures into the folder of dataset.images and start again.',
    );
  }
  return given.flatMap(({ image, caption }, index) => {
    const { measured, error } = scored[index];
    if (error !== null) return [];
    return {
      name: `picture-${String(index).padStart(4, '0')}`,
      picture: { image, seed: null, prompt: null, promptId: null, graphSha256: null, measured },
      caption: captionFor(run, caption),
      yaw: measured.faces > 0 ? (measured.pose?.yaw ?? null) : null,
      pitch: measured.pose?.pitch ?? 0,
    };
  });
}

/** A caption of the person's own gets the trigger word in front where it has none, as ai-toolkit does. */
function captionFor(run: Run, caption: string | null): string {
  const { trigger } = run.input.project;
  const text = (caption ?? '').trim().replaceAll('[trigger]', trigger);
  if (text === '')
    return captionOf(trigger, { yaw: 0, pitch: 0, distance: 'bust', expression: 'neutral' }, { caption: () => '' });
  return text.includes(trigger) ? text : `${trigger}, ${text}`;
}
