import { type ArtifactStore, putJson, readJson } from '../../src/artifacts/artifact-store.js';
import type { RenderedGrid, ScoreFacesInput, ScoreFacesResult, SweepTable } from '../../src/run/contracts.js';
import { setScores } from '../../src/choice/set-scores.js';
import { promptOfKey } from '../../src/run/sweep-items.js';

const none = { box: null, pose: null, sharpness: null, identity: null, nearestTraining: null };
const measured = { width: 64, height: 64, faces: 0, ...none };

/** An identity role that looks at nothing and finds no face, where only what is rendered matters. */
export async function scoreFaces(
  { images, grid, unit }: ScoreFacesInput,
  store: ArtifactStore,
): Promise<ScoreFacesResult> {
  const pictures = images.map(({ key }) => ({ key, measured, expression: null, duplicateOf: null, error: null }));
  const result = { pictures, generalisation: null, embedders: [] };
  if (!grid) return result;
  const { prompts, items } = await readJson<RenderedGrid>(store, grid);
  const samples = items.map((rendered) => ({ prompt: promptOfKey(rendered.key), rendered, measured }));
  const table = await putJson<SweepTable>(store, `sweep-${unit}.json`, { prompts, samples });
  return { ...result, set: { table, scores: setScores([]) } };
}
