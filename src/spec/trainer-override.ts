import { nearestKey } from './keys.js';
import { wordFor } from './source.js';
import { dotted } from './wording.js';

type Kind = 'number' | 'integer' | 'boolean' | 'text' | 'integers' | 'settings';

/**
 * The keys that a project file may set, by section of `config.process[0]` (`datasets`: of its one dataset). ai-toolkit
 * ignores unknown keys silently, so what is not listed here is an error. From its toolkit/config_modules.py, 0.12.26.
 */
const known: Record<string, Record<string, Kind>> = {
  network: {
    type: 'text',
    linear_alpha: 'number',
    conv: 'integer',
    conv_alpha: 'number',
    dropout: 'number',
    transformer_only: 'boolean',
    lokr_full_rank: 'boolean',
    lokr_factor: 'integer',
    network_kwargs: 'settings',
  },
  save: { dtype: 'text' },
  train: {
    batch_size: 'integer',
    gradient_accumulation: 'integer',
    gradient_accumulation_steps: 'integer',
    train_unet: 'boolean',
    train_text_encoder: 'boolean',
    gradient_checkpointing: 'boolean',
    noise_scheduler: 'text',
    optimizer: 'text',
    optimizer_params: 'settings',
    lr: 'number',
    unet_lr: 'number',
    text_encoder_lr: 'number',
    lr_scheduler: 'text',
    lr_scheduler_params: 'settings',
    dtype: 'text',
    max_grad_norm: 'number',
    ema_config: 'settings',
    timestep_type: 'text',
    content_or_style: 'text',
    linear_timesteps: 'boolean',
    cache_text_embeddings: 'boolean',
    unload_text_encoder: 'boolean',
    diff_output_preservation: 'boolean',
    diff_output_preservation_multiplier: 'number',
    diff_output_preservation_class: 'text',
    blank_prompt_preservation: 'boolean',
    bypass_guidance_embedding: 'boolean',
    min_denoising_steps: 'integer',
    max_denoising_steps: 'integer',
    min_snr_gamma: 'number',
    noise_offset: 'number',
    loss_type: 'text',
    attention_backend: 'text',
    sdp: 'boolean',
    xformers: 'boolean',
  },
  model: {
    dtype: 'text',
    quantize: 'boolean',
    quantize_te: 'boolean',
    qtype: 'text',
    qtype_te: 'text',
    low_vram: 'boolean',
    layer_offloading: 'boolean',
    layer_offloading_transformer_percent: 'number',
    layer_offloading_text_encoder_percent: 'number',
    compile: 'boolean',
    model_kwargs: 'settings',
  },
  datasets: {
    resolution: 'integers',
    caption_dropout_rate: 'number',
    token_dropout_rate: 'number',
    keep_tokens: 'integer',
    shuffle_tokens: 'boolean',
    cache_latents: 'boolean',
    cache_latents_to_disk: 'boolean',
    cache_text_embeddings: 'boolean',
    num_workers: 'integer',
    prefetch_factor: 'integer',
    buckets: 'boolean',
    bucket_tolerance: 'integer',
    random_crop: 'boolean',
    random_scale: 'boolean',
    network_weight: 'number',
  },
};

/** Keys that have their place elsewhere in the project file. */
const elsewhere: Record<string, string> = {
  trigger_word: 'trigger',
  training_seed: 'training.seed',
  'network.linear': 'training.rank',
  'network.rank': 'training.rank',
  'network.alpha': 'training.override.network.linear_alpha',
  'save.save_every': 'training.saveEvery',
  'train.steps': 'training.steps',
};

/** Sections and keys that name paths, devices, uploads, process types, or that the adapter's soundness rests on. */
const refused = [
  /^(type|name|device|training_folder|log_dir|sqlite_db_path|performance_log_every|logging|sample|first_sample)$/,
  /^(adapter|embedding|decorator|guidance|torch_profiler)$/,
  /(^|[._])(path|paths|folder|dir|repo_id|token|name_or_path|arch|device)$/,
  /^save\.(push_to_hub|hf_.*|max_step_saves_to_keep|save_format)$/,
  /^train\.(start_step|disable_sampling|skip_first_sample|force_first_sample|validation_config)$/,
  /^datasets\.(caption_ext|num_repeats|default_caption|trigger_word|is_reg|controls|flip_x|flip_y)$/,
];

const sayKind: Record<Kind, string> = {
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  text: 'a text',
  integers: 'a whole number or a list of them',
  settings: 'a mapping',
};

export interface OverrideProblem {
  /** Below `training.override`, e.g. ['train', 'optimiser']. */
  path: string[];
  /** One sentence. */
  message: string;
}

/** Every problem of `training.override`; none: it may be merged into the trainer's config. */
export function overrideProblems(override: Record<string, unknown>): OverrideProblem[] {
  return Object.entries(override).flatMap(([section, settings]) => {
    if (!Object.hasOwn(known, section)) return [unknownKey([section], Object.keys(known))];
    if (!isMapping(settings)) return [problem([section], 'must be a mapping of keys and values.')];
    return Object.entries(settings).flatMap(([key, value]) => keyProblems(section, key, value));
  });
}

function keyProblems(section: string, key: string, value: unknown): OverrideProblem[] {
  const kind = Object.hasOwn(known[section], key) ? known[section][key] : undefined;
  const path = [section, key];
  if (!kind) return [unknownKey(path, Object.keys(known[section]))];
  if (!isOfKind(value, kind)) return [problem(path, `must be ${sayKind[kind]}, not ${wordFor(value)}.`)];
  return hiddenPaths(value, path).map((hidden) => unknownKey(hidden, []));
}

function unknownKey(path: string[], siblings: string[]): OverrideProblem {
  const inTrainer = path.join('.');
  const home = Object.hasOwn(elsewhere, inTrainer) ? elsewhere[inTrainer] : undefined;
  if (home) return problem(path, `is not set here: set '${home}'.`);
  if (refused.some((pattern) => pattern.test(inTrainer)))
    return problem(path, "is the worker's to decide and can't be set in a project file.");
  const nearest = nearestKey(path.at(-1) ?? '', siblings);
  const said = "is no key of ai-toolkit's config that AZIT knows";
  if (!nearest?.isNear) return problem(path, `${said}.`);
  return problem(path, `${said}; the nearest is '${nameOf([...path.slice(0, -1), nearest.key])}'.`);
}

const problem = (path: string[], predicate: string): OverrideProblem => ({
  path,
  message: `'${nameOf(path)}' ${predicate}`,
});

const nameOf = (path: string[]): string => dotted(['training', 'override', ...path]);

/** A path or repository hidden one level down, e.g. model.model_kwargs.lora_path. */
function hiddenPaths(value: unknown, path: string[]): string[][] {
  if (!isMapping(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const nested = [...path, key];
    return refused.some((pattern) => pattern.test(nested.join('.'))) ? [nested] : hiddenPaths(inner, nested);
  });
}

function isOfKind(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'integer':
      return Number.isSafeInteger(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'text':
      return typeof value === 'string' && value !== '';
    case 'integers':
      return [value].flat().length > 0 && [value].flat().every((item) => Number.isSafeInteger(item));
    case 'settings':
      return isMapping(value);
  }
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
