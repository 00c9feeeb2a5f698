import assert from 'node:assert/strict';
import { stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentPath } from '../../src/artifacts/path.js';
import { sandboxCommand } from '../aitoolkit/studio.js';
import { Program } from '../support/program.js';
import { TrainingRig } from './training-rig.js';

const attempt = ({ folder }: TrainingRig, input: TrainingRig['input']): Program =>
  new Program('test/activities/programs/attempt.ts', [folder, JSON.stringify({ input, command: sandboxCommand })]);

describe('the newest published pair, damaged in the store', function () {
  this.timeout(120_000);

  for (const how of ['truncated', 'zeroed']) {
    it(`${how}: resumes from the one before, and the step is whole again in the end`, async () => {
      const rig = await TrainingRig.open();
      const first = attempt(rig, { ...rig.input, steps: 40 });
      assert.equal(await first.ended, 0, first.output);
      const [, newest] = await rig.published();
      const path = contentPath(join(rig.folder, 'store'), newest.lora.sha256);
      if (how === 'truncated') await truncate(path, 100);
      else await writeFile(path, Buffer.alloc((await stat(path)).size));
      const second = attempt(rig, rig.input);
      assert.equal(await second.ended, 0, second.output);
      const { resumes } = JSON.parse(second.output.trim().split('\n').at(-1)!) as { resumes: { fromStep: number }[] };
      assert.deepEqual(
        resumes.map(({ fromStep }) => fromStep),
        [20],
      );
      for (const { lora } of await rig.published()) await rig.store.readBytes(lora);
    });
  }
});
