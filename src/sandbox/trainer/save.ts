import { azitVersion } from '../../machine/version.js';
import type { LoraTraining } from '../model/training.js';
import type { TrainerConfig } from './config.js';
import { writeOptimizer } from './optimizer-file.js';
import { finalPath, optimizerPath, removeOldSaves, stepPath, type RunFolder } from './run-folder.js';
import { layOut, osWords, writeSafetensors } from './safetensors-file.js';

/** As ai-toolkit's own entry names itself; the contract that this trainer follows is that of 0.12.26. */
const software = { name: 'azit-sandbox', version: azitVersion() };

export interface Save {
  config: TrainerConfig;
  folder: RunFolder;
  training: LoraTraining;
  /** Null: the un-numbered last save, which the metadata gives the number of all steps. */
  step: number | null;
  epoch: number;
  print(line: string): void;
}

/** Weights under a final name at once, then the optimizer in place, then the retention: the order that kills meet. */
export async function saveCheckpoint({ config, folder, training, step, epoch, print }: Save): Promise<void> {
  const path = step === null ? finalPath(folder) : stepPath(folder, step);
  const laidOut = layOut(training.weights());
  await writeSafetensors(path, laidOut, metadata(config, { step: step ?? config.steps, epoch }, laidOut.sha256));
  print(`Saved checkpoint to ${path}`);
  try {
    await writeOptimizer(optimizerPath(folder), training.updates, training.optimizer());
    print(`Saved optimizer to ${optimizerPath(folder)}`);
  } catch (error) {
    print(`Could not save optimizer\n${osWords(error)}`);
  }
  for (const old of await removeOldSaves(folder, config.keep)) print(`Removing old save: ${old}`);
}

/** Nothing of time, process or attempt: a resumed run must write the bytes that an undisturbed one writes. */
function metadata(config: TrainerConfig, training: { step: number; epoch: number }, sha256: string) {
  const { trigger } = config;
  const entries: [string, unknown][] = [
    ['format', 'pt'],
    ...Object.entries(config.meta),
    ['training_info', training],
    ['software', software],
    ['ss_base_model_version', config.arch === 'sandbox' ? 'sandbox' : 'sd_1.5'],
    ['ss_output_name', config.name],
    ...(trigger ? [['ss_tag_frequency', { [`1_${trigger}`]: { [trigger]: 1 } }] as [string, unknown]] : []),
    ['sshs_model_hash', sha256],
    ['sshs_legacy_hash', 'e3b0c442'],
  ];
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}
