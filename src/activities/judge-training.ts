import { type ArtifactStore, readJson } from '../artifacts/artifact-store.js';
import { firstStop } from '../choice/stop-rule.js';
import { toChoiceSample } from '../choice/sweep-verdict.js';
import { keyOf, type CheckpointSample } from '../choice/trajectory.js';
import type { Activities } from '../run/activities.js';
import type { JudgeTrainingInput, SweepTable } from '../run/contracts.js';
import type { ArtifactRef } from '../run/ref.js';
import type { TrainingStop } from '../run/training-record.js';

export const createStopActivities = ({
  store,
}: {
  store: ArtifactStore;
}): Pick<Activities['pipeline'], 'judgeTraining'> => ({
  /** Applies the rule that stops a training to the checkpoints watched so far, at each that it has not seen. */
  async judgeTraining({ baseline, checkpoints, judged }: JudgeTrainingInput): Promise<TrainingStop | null> {
    const samplesOf = async (table: ArtifactRef): Promise<CheckpointSample[]> =>
      (await readJson<SweepTable>(store, table)).samples.map(toChoiceSample);
    const watched = [];
    for (const { step, table } of checkpoints) watched.push({ step, samples: await samplesOf(table) });
    // The sweep's baseline has more prompts and seeds: a prompt and seed that no checkpoint has would count as no face.
    const cells = new Set(watched.flatMap(({ samples }) => samples.map(keyOf)));
    const without = (await samplesOf(baseline)).filter((sample) => cells.has(keyOf(sample)));
    return firstStop(watched, without, judged);
  },
});
