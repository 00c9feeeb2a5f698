import assert from 'node:assert/strict';
import { execa } from 'execa';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { trainerConfig, writeTrainerConfig } from '../../../src/aitoolkit/config.js';
import type { Family } from '../../../src/project/families/family.js';
import { families } from '../../../src/project/families/index.js';
import type { TrainingPlan } from '../../../src/trainer/index.js';
import { removeTemporaryFolders, temporaryFolder } from '../../support/folder.js';
import { isReal, jobLimitMs, trainerUnderTest } from './trainer.js';

/** Only the real one knows the architectures. A cache that is empty stops it where it asks for weights. */
(isReal ? describe : describe.skip)('the presets of the model families, in the trainer itself', function () {
  this.timeout(jobLimitMs);
  after(removeTemporaryFolders);

  for (const family of (Object.values(families) as Family[]).filter(({ name }) => name !== 'sandbox'))
    it(`${family.name}: its config is taken until the trainer asks for the weights of its base model`, async () => {
      const folder = await temporaryFolder();
      const { command, cwd, env } = trainerUnderTest();
      const config = await configOf(family, folder);
      const { exitCode, all } = await execa(command[0], [...command.slice(1), config], {
        cwd,
        env: { ...env, HF_HOME: join(folder, 'empty-cache') },
        all: true,
        reject: false,
      });
      assert.equal(exitCode, 1);
      assert.match(all, asksForWeights, all);
    });
});

/** In the words of diffusers, the hub's client, ai-toolkit's Krea 2 and its legacy loader. */
const asksForWeights =
  /does not appear to have a file named|LocalEntryNotFoundError|Could not find '[\w.]+' in hub repo|neither a valid local path nor a valid repo id|Cannot load model/;

async function configOf({ name, training: preset }: Family, folder: string): Promise<string> {
  const pictures = join(folder, 'pictures');
  await mkdir(pictures);
  const image = sharp({ create: { width: 512, height: 512, channels: 3, background: '#987' } }).png();
  await writeFile(join(pictures, 'a.png'), await image.toBuffer());
  await writeFile(join(pictures, 'a.txt'), 'ohwx, photo');
  const plan = { name, trigger: 'ohwx', steps: 10, saveEvery: 5, rank: 16, seed: 1, override: {}, preset, meta: {} };
  const paths = { runName: `proof-${name}`, trainingFolder: folder, datasetFolder: pictures, channel: null };
  const path = join(folder, 'config.json');
  await writeTrainerConfig(path, trainerConfig({ ...plan, expectedImages: 1 } as TrainingPlan, paths));
  return path;
}
