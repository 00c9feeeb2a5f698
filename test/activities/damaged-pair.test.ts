import assert from 'node:assert/strict';
import { rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentPath } from '../../src/artifacts/path.js';
import type { ArtifactRef } from '../../src/run/ref.js';
import { rogueCommand } from '../trainer/studio.js';
import { atOnce } from '../support/at-once.js';
import { removeTemporaryFolders } from '../support/folder.js';
import { until } from '../support/until.js';
import { trainOnce } from './train-once.js';
import { TrainingRig } from './training-rig.js';

const harms: Record<string, (path: string) => Promise<void>> = {
  truncated: (path) => truncate(path, 100),
  zeroed: async (path) => await writeFile(path, Buffer.alloc((await stat(path)).size)),
  gone: (path) => rm(path),
};

const isWhole = ({ store }: TrainingRig, ref: ArtifactRef): Promise<boolean> =>
  store.readBytes(ref).then(
    () => true,
    () => false,
  );

describe('the newest published pair, damaged in the store', function () {
  this.timeout(300_000);
  const patienceMs = 60_000;
  before(() => begin());
  after(removeTemporaryFolders);

  const scene = (harm: (path: string) => Promise<void>, part: 'lora' | 'state') => async () => {
    const rig = await TrainingRig.open();
    await trainOnce({ folder: rig.folder, command: rig.command, input: { ...rig.input, steps: 40 } });
    const before = await rig.hashes();
    const [, newest] = await rig.published();
    const harmed = part === 'lora' ? newest.lora : newest.state!.files[0].ref;
    await harm(contentPath(join(rig.folder, 'store'), harmed.sha256));
    // Not beyond the middle of the next interval before that step is whole again: its state could be written over.
    const awaits = join(rig.folder, 'whole-again');
    const command = rogueCommand(' 50/61 ', 'nothing', { awaits });
    const [{ resumes }] = await Promise.all([
      trainOnce({ ...rig, command }),
      until('the step is whole again', () => isWhole(rig, harmed), patienceMs).then(() => writeFile(awaits, '')),
    ]);
    assert.deepEqual(
      resumes.map(({ fromStep }) => fromStep),
      [20],
    );
    assert.deepEqual((await rig.hashes()).slice(0, 2), before);
    for (const { lora, state } of await rig.published())
      for (const ref of [lora, state!.files[0].ref]) await rig.store.readBytes(ref);
  };

  const begin = atOnce(
    Object.fromEntries(
      Object.entries(harms).map(([how, harm], index) => {
        const part = index % 2 === 0 ? 'lora' : 'state';
        return [
          `its ${part} ${how}: resumes from the one before, and the step is whole again in the end`,
          scene(harm, part),
        ];
      }),
    ),
  );
});
