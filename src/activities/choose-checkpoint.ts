import type { StoredSet } from '../run/sweep-verdict.js';
import type { Activities } from '../run/activities.js';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { judgeSweep } from '../choice/sweep-verdict.js';
import { putJson, readJson } from './stored-json.js';
import type { ChooseCheckpointInput, ChosenCheckpoint, SweepTable } from '../run/contracts.js';

export const createChoiceActivities = ({
  store,
}: {
  store: ArtifactStore;
}): Pick<Activities['pipeline'], 'chooseCheckpoint'> => ({
  /** Applies the rule to all pictures of a sweep, which may be more than a workflow can hold. */
  async chooseCheckpoint({
    baseline,
    checkpoints,
    guardAnchor,
    threshold,
  }: ChooseCheckpointInput): Promise<ChosenCheckpoint> {
    const { prompts, ...without } = await readSet(store, baseline);
    const sets = [];
    for (const checkpoint of checkpoints) sets.push(await readSet(store, checkpoint));
    const anchor = guardAnchor ? await readSet(store, guardAnchor) : null;
    const { strips, ...verdict } = judgeSweep({
      prompts,
      baseline: without,
      checkpoints: sets,
      guardAnchor: anchor,
      threshold,
    });
    const firsts = strips[0]?.images.slice(0, checkpoints.length) ?? [];
    return {
      ...verdict,
      strips: await putJson(store, 'strips.json', strips),
      firsts: firsts.map(({ step, image, identity }) => ({ step, image, identity })),
    };
  },
});

async function readSet<S extends StoredSet>(store: ArtifactStore, set: S): Promise<S & SweepTable> {
  return { ...set, ...(await readJson<SweepTable>(store, set.table)) };
}
