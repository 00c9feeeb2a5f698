import type { ArtifactStore } from '../../src/artifacts/artifact-store.js';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainLoraInput } from '../../src/run/contracts.js';
import { trainingKeyOf } from '../../src/activities/training-key.js';
import { TrainingRecords, type PublishedCheckpoint } from '../../src/activities/training-records.js';
import { recordPath } from '../../src/artifacts/path.js';
import { openStore } from '../../src/artifacts/store.js';
import { patientCommand } from '../trainer/studio.js';
import { drawPictures } from '../sandbox/trainer/pictures.js';
import { temporaryFolder } from '../support/folder.js';

/** A run's training in a folder of its own: its store, what it is asked, and what it has published. */
export class TrainingRig {
  private constructor(
    readonly folder: string,
    readonly store: ArtifactStore,
    readonly input: TrainLoraInput,
  ) {}

  /** @param prepare before anything is put into its folder. */
  static async open(
    changes: Partial<TrainLoraInput> = {},
    prepare?: (folder: string) => Promise<void>,
  ): Promise<TrainingRig> {
    const folder = await temporaryFolder();
    await prepare?.(folder);
    const store = await openStore(join(folder, 'store'));
    const dataset = [];
    for (const { imagePath, caption, fileName } of await drawPictures(join(folder, 'drawn'))) {
      const image = await store.putBytes(await readFile(imagePath), { name: fileName, mediaType: 'image/png' });
      dataset.push({ name: fileName.replace(/\.\w+$/, ''), image, caption });
    }
    const input: TrainLoraInput = {
      runId: 'mina',
      name: 'mina',
      trigger: 'mnaz',
      family: 'sandbox',
      steps: 60,
      saveEvery: 20,
      rank: 2,
      seed: 42,
      override: { datasets: { resolution: [64] } },
      dataset,
      round: 0,
      ...changes,
    };
    return new TrainingRig(folder, store, input);
  }

  /** The record of a step; for DeedDetails.keeps. */
  get keeps(): string {
    return recordPath(join(this.folder, 'store'), `training/${trainingKeyOf(this.input)}/step-STEP`);
  }

  get command(): string[] {
    return patientCommand(this.keeps);
  }

  get records(): TrainingRecords {
    return new TrainingRecords(this.store, trainingKeyOf(this.input));
  }

  async published(): Promise<PublishedCheckpoint[]> {
    return await this.records.published(this.input.steps, this.input.saveEvery);
  }

  /** [step, sha256 of the LoRA, of its state]: what no disturbance may change. */
  async hashes(): Promise<[number, string, string | undefined][]> {
    return (await this.published()).map(({ step, lora, state }) => [step, lora.sha256, state?.files[0].ref.sha256]);
  }
}
