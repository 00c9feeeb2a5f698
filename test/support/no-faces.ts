import type { ScoreFacesInput, ScoreFacesResult } from '../../src/activities/types.js';

/** An identity role that looks at nothing and finds no face, where only what is rendered matters. */
export async function scoreFaces({ images }: ScoreFacesInput): Promise<ScoreFacesResult> {
  const none = { box: null, pose: null, sharpness: null, identity: null, nearestTraining: null };
  const measured = { width: 64, height: 64, faces: 0, ...none };
  const pictures = images.map(({ key }) => ({ key, measured, expression: null, duplicateOf: null, error: null }));
  return { pictures, generalisation: null, embedders: [] };
}
