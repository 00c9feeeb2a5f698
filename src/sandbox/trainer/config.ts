import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { parse as parseYaml } from 'yaml';

export interface DatasetConfig {
  folder: string;
  captionExtension: string;
  /** Each resolution is a dataset of its own, as in ai-toolkit. */
  resolutions: number[];
}

export interface ValidationConfig {
  items: { imagePath: string; prompt: string }[];
  resolution: number;
  every: number;
}

/** The part of ai-toolkit's job config that this trainer acts on; every other key is ignored, silently, as there. */
export interface TrainerConfig {
  name: string;
  /** sd_trainer or one of its kin; diffusion_trainer has a side channel. */
  type: string;
  /** sqlite_db_path: the database of the side channel. */
  databasePath: string;
  /** `<training_folder>/<name>`. */
  runFolder: string;
  trigger: string | null;
  seed: number;
  rank: number;
  alpha: number;
  steps: number;
  learningRate: number;
  saveEvery: number;
  /** max_step_saves_to_keep; 0 keeps everything. */
  keep: number;
  datasets: DatasetConfig[];
  /** train.validation_config: pictures that are not trained on, and when the loss on them is measured. */
  validation: ValidationConfig | null;
  /** logging.use_ui_logger: loss_log.db in the run folder. */
  logsLosses: boolean;
  /** logging.log_every. */
  logEvery: number;
  baseModel: string;
  arch: string;
  meta: Record<string, unknown>;
  /** The whole config as read, for config.yaml and the echo. */
  raw: { config: { name: string; process: Record<string, unknown>[] } };
}

/** Process types that train a LoRA from the command line. */
const trainingProcesses = ['sd_trainer', 'diffusion_trainer', 'ui_trainer'];

/** Reads a job config, JSON or YAML. Throws Error with ai-toolkit's own words. */
export async function readTrainerConfig(path: string): Promise<TrainerConfig> {
  const raw = tagged(parseConfig(substituted(await readConfigText(path)), extname(path)));
  const config = record(raw.config);
  if (typeof config.name !== 'string' || config.name === '') throw new Error('config file must have a name');
  const processes = Array.isArray(config.process) ? config.process.map(record) : [];
  if (processes.length === 0) throw new Error('config file is invalid. No process key');
  const [process] = processes;
  if (!trainingProcesses.includes(String(process.type))) {
    throw new Error(`config file is invalid. Unknown process type: ${String(process.type)}`);
  }
  return fromProcess(config.name, process, raw);
}

function fromProcess(name: string, process: Record<string, unknown>, raw: Record<string, unknown>): TrainerConfig {
  const [network, save, train, model, logging] = ['network', 'save', 'train', 'model', 'logging'].map((key) =>
    record(process[key]),
  );
  const datasets = Array.isArray(process.datasets) ? process.datasets.map(record) : [];
  return {
    name,
    type: String(process.type),
    databasePath: text(process.sqlite_db_path, './aitk_db.db'),
    runFolder: join(text(process.training_folder, 'output'), name),
    trigger: typeof process.trigger_word === 'string' ? process.trigger_word : null,
    seed: number(
      process.training_seed,
      number(Number(globalThis.process.env.SEED), Math.floor(Math.random() * 2 ** 31)),
    ),
    rank: number(network.linear, number(network.rank, 4)),
    alpha: number(network.linear_alpha, number(network.alpha, 1)),
    steps: number(train.steps, 1000),
    learningRate: number(train.lr, 1e-6),
    saveEvery: number(save.save_every, 1000),
    keep: number(save.max_step_saves_to_keep, 5),
    datasets: datasets.map((dataset) => ({
      folder: text(dataset.folder_path, text(dataset.dataset_path, '')),
      captionExtension: text(dataset.caption_ext, 'txt').replace(/^\.?/, '.'),
      resolutions: [dataset.resolution ?? 512].flat().map((side) => number(side, 512)),
    })),
    validation: validationOf(train.validation_config),
    logsLosses: logging.use_ui_logger === true,
    logEvery: number(logging.log_every, 100),
    baseModel: text(model.name_or_path, ''),
    arch: text(model.arch, 'sd1'),
    meta: record(raw.meta),
    raw: raw as TrainerConfig['raw'],
  };
}

function validationOf(value: unknown): ValidationConfig | null {
  if (value === undefined || value === null) return null;
  const { validation_items: items, resolution, validate_every_n_steps: every } = record(value);
  return {
    items: (Array.isArray(items) ? items.map(record) : []).map(({ image_path: path, prompt }) => ({
      imagePath: text(path, ''),
      prompt: text(prompt, ''),
    })),
    resolution: number(resolution, 512),
    every: number(every, 10),
  };
}

async function readConfigText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new Error(`Could not find config file ${path}`, { cause });
  }
}

/** `${VAR}` anywhere in the text is the environment's. */
function substituted(configText: string): string {
  return configText.replace(/\$\{([^}]+)\}/g, (_, name: string) => {
    const value = process.env[name];
    if (value === undefined) throw new Error(`Environment variable ${name} not set`);
    return value;
  });
}

function parseConfig(configText: string, extension: string): Record<string, unknown> {
  if (extension === '.json' || extension === '.jsonc') return record(JSON.parse(configText));
  if (extension === '.yaml' || extension === '.yml') return record(parseYaml(configText));
  throw new Error('Config file must be a json or yaml file');
}

/** `[name]` is replaced in the serialized config, so a name with a quote breaks it: one of ai-toolkit's traps. */
function tagged(config: Record<string, unknown>): Record<string, unknown> {
  const name = record(config.config).name;
  return typeof name === 'string' ? record(JSON.parse(JSON.stringify(config).replaceAll('[name]', name))) : config;
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
/** YAML 1.1 reads `1e-3` as a text; Python's float() takes it all the same. */
const number = (value: unknown, otherwise: number): number => {
  const parsed = typeof value === 'string' ? Number(value) : value;
  return typeof parsed === 'number' && !Number.isNaN(parsed) ? parsed : otherwise;
};
