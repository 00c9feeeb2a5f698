import type { StoredSet } from '../run/sweep-verdict.js';
import type { Activities } from '../run/activities.js';
import { type ArtifactStore, putJson, readJson } from '../artifacts/artifact-store.js';
import { judgeSweep } from '../choice/judge-sweep.js';
import type { JudgedCheckpoint } from '../choice/sweep-verdict.js';
import type { ChooseCheckpointInput, ChosenCheckpoint, StoredCheckpoint, SweepTable } from '../run/contracts.js';

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
    for (const checkpoint of checkpoints) sets.push(await readCheckpoint(store, checkpoint));
    const anchor = guardAnchor ? await readCheckpoint(store, guardAnchor) : null;
    const { strips, ...verdict } = judgeSweep({
      prompts,
      baseline: without,
      checkpoints: sets,
      guardAnchor: anchor,
      threshold,
    });
    const { strength } = verdict.choice;
    const first = strips.find((strip) => strip.strength === strength);
    const firsts = first?.images.slice(0, checkpoints.length) ?? [];
    const at = strength === undefined ? {} : { strength };
    return {
      ...verdict,
      strips: await putJson(store, 'strips.json', strips),
      firsts: firsts.map(({ step, image, identity }) => ({ step, ...at, image, identity })),
    };
  },
});

async function readCheckpoint(store: ArtifactStore, checkpoint: StoredCheckpoint): Promise<JudgedCheckpoint> {
  const { strengths, ...set } = checkpoint;
  if (!strengths) return await readSet(store, set);
  const read = [];
  for (const one of strengths) read.push(await readSet(store, { ...one, generalisation: null }));
  return { ...set, samples: [], strengths: read };
}

async function readSet<S extends StoredSet>(store: ArtifactStore, set: S): Promise<S & SweepTable> {
  return { ...set, ...(await readJson<SweepTable>(store, set.table)) };
}
