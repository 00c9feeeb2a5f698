import { rm, writeFile } from 'node:fs/promises';
import type { SideChannel } from './side-channel.js';
import type { TrainingPlan } from '../trainer/index.js';
import { validationKeys, type LaidValidation } from './validation-loss.js';

/** Above any number of saves: ai-toolkit's default of 5 deletes what it thinks is old, by change time. */
const keepEverySave = 9999;

/** What the family has settled for ai-toolkit alone. */
export const ownPreset = ({ preset }: Pick<TrainingPlan, 'preset'>) => preset.trainers['ai-toolkit'];

/**
 * ai-toolkit saves after the update of 0-based step N, and gives the last save no number. One step more than asked for
 * makes the wanted last step an ordinary one, saved under its number with as many updates as its elders have; the
 * un-numbered file then holds the same tensors.
 */
export const trainerSteps = (plan: Pick<TrainingPlan, 'steps'>): number => plan.steps + 1;

export interface ConfigPaths {
  runName: string;
  trainingFolder: string;
  datasetFolder: string;
  /** Null: the trainer runs without one. */
  channel: SideChannel | null;
}

type Section = Record<string, unknown>;

/** ai-toolkit's job config: our defaults, over them the family's preset, the project's override, and what must hold. */
export function trainerConfig(
  plan: TrainingPlan,
  { runName, trainingFolder, datasetFolder, channel }: ConfigPaths,
  validation: LaidValidation | null = null,
): unknown {
  const { preset, rank, seed, trigger, saveEvery } = plan;
  const { arch, process: sections } = ownPreset({ preset });
  const override = plan.override as Record<string, Section | undefined>;
  const merged = (name: string, defaults: Section, fixed: Section): Section => ({
    ...defaults,
    ...sections[name],
    ...override[name],
    ...fixed,
  });
  const validated = validation && validationKeys(plan, validation);
  const process = {
    ...(channel?.process ?? { type: 'sd_trainer' }),
    training_folder: trainingFolder,
    training_seed: seed,
    trigger_word: trigger,
    network: merged('network', { type: 'lora', linear_alpha: rank }, { linear: rank }),
    // float32: a resume goes on from this file, and 16 bits would round the weights at every resume.
    save: merged('save', { dtype: 'float32' }, { save_every: saveEvery, max_step_saves_to_keep: keepEverySave }),
    datasets: [
      merged(
        'datasets',
        { resolution: preset.resolution, num_workers: 0 },
        { folder_path: datasetFolder, caption_ext: 'txt' },
      ),
    ],
    train: merged('train', trainDefaults(preset.learningRate), {
      steps: trainerSteps(plan),
      disable_sampling: true,
      ...validated?.train,
    }),
    model: merged('model', { name_or_path: preset.baseModel, arch }, {}),
    ...(validated ? { logging: validated.logging } : {}),
  };
  return {
    job: 'extension',
    config: { name: runName, process: [process] },
    meta: { name: '[name]', version: '1.0', ...plan.meta },
  };
}

const trainDefaults = (learningRate: number): Section => ({
  batch_size: 1,
  gradient_accumulation: 1,
  train_unet: true,
  train_text_encoder: false,
  gradient_checkpointing: true,
  noise_scheduler: 'flowmatch',
  optimizer: 'adamw',
  lr: learningRate,
  dtype: 'bf16',
});

/** ai-toolkit puts the environment's values for `${...}` anywhere in the file's text; JSON can say `$` in another way. */
export async function writeTrainerConfig(path: string, config: unknown): Promise<void> {
  // Anew, so that nothing is written through a link that an earlier trainer has left.
  await rm(path, { force: true });
  await writeFile(path, JSON.stringify(config, null, 2).replaceAll('${', '\\u0024{'), { flag: 'wx' });
}

/** Whether each module of the network has two matrices in the file, and nothing else is trained beside them. */
export function isPlainLora({ preset, override }: TrainingPlan): boolean {
  const sections = (name: string) => ({
    ...ownPreset({ preset }).process[name],
    ...(override[name] as Section | undefined),
  });
  const { type = 'lora', network_kwargs, split_multistage_loras, all_layers } = sections('network');
  const others = network_kwargs || split_multistage_loras || all_layers || sections('train').learnable_snr_gos;
  return type === 'lora' && !others;
}

/**
 * Whether optimizer.pt holds an update count that follows the steps: torch's own Adam and AdamW. The legacy accumulation
 * counts every micro-batch as a step.
 */
export function countsUpdates({ preset, override }: TrainingPlan): boolean {
  const train = { ...ownPreset({ preset }).process.train, ...(override.train as Section | undefined) };
  const { optimizer = 'adamw', gradient_accumulation_steps: accumulated = 1 } = train;
  return /^adamw?$/i.test(String(optimizer)) && accumulated === 1;
}
