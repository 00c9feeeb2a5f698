import { nearestKey } from './keys.js';
import { wordFor } from './source.js';
import { keysElsewhere, refusals, aiToolkitKeys, type Kind } from './ai-toolkit-keys.js';
import { dotted } from './wording.js';
import type { Family } from './families/family.js';

const sayKind: Record<Kind, string> = {
  number: 'a number',
  size: 'a number above 0',
  integer: 'a whole number',
  count: 'a whole number above 0',
  boolean: 'true or false',
  text: 'text',
  numbers: 'a number or a list of them',
  counts: 'a whole number above 0 or a list of them',
  texts: 'a list of strings',
  settings: 'a mapping',
  'list of settings': 'a list of mappings',
};

export interface OverrideProblem {
  /** Below `training.override`, e.g. ['train', 'optimiser']. */
  path: string[];
  /** One sentence, made when it is read: of a file full of them most are not. */
  readonly message: string;
}

/** Every problem of `training.override`; none: it may be merged into the trainer's config. */
export function overrideProblems(override: Record<string, unknown>): OverrideProblem[] {
  return Object.entries(override).flatMap(([section, settings]) => {
    if (!Object.hasOwn(aiToolkitKeys, section)) return [unknownKey([section], Object.keys(aiToolkitKeys))];
    if (!isMapping(settings)) return [problem([section], () => 'must be a mapping of keys and values.')];
    return Object.entries(settings).flatMap(([key, value]) => keyProblems(section, key, value));
  });
}

function keyProblems(section: string, key: string, value: unknown): OverrideProblem[] {
  const known = aiToolkitKeys[section];
  const kind = Object.hasOwn(known, key) ? known[key] : undefined;
  const path = [section, key];
  if (!kind) return [unknownKey(path, Object.keys(known))];
  if (!isOfKind(value, kind)) return [problem(path, () => `must be ${sayKind[kind]}, not ${wordFor(value)}.`)];
  // `qtype: uint3|owner/name/file` fetches an adapter.
  if (/^qtype/.test(key) && String(value).includes('|'))
    return [problem(path, () => 'names a file to download: only the worker may set this.')];
  return hiddenPaths(value, path).map((hidden) => unknownKey(hidden, []));
}

function unknownKey(path: string[], siblings: string[]): OverrideProblem {
  return problem(path, () => {
    const inTrainer = path.join('.');
    const home = Object.hasOwn(keysElsewhere, inTrainer) ? keysElsewhere[inTrainer] : undefined;
    if (home) return `is not set here: use '${home}'.`;
    const refusal = refusalOf(inTrainer);
    if (refusal) return refusal;
    const nearest = nearestKey(path.at(-1) ?? '', siblings);
    const said = "is not a key of ai-toolkit's config that AZIT knows";
    if (!nearest?.isNear) return `${said}.`;
    return `${said}; the nearest is '${nameOf([...path.slice(0, -1), nearest.key])}'.`;
  });
}

const refusalOf = (inTrainer: string): string | undefined => refusals.find(([pattern]) => pattern.test(inTrainer))?.[1];

const problem = (path: string[], predicate: () => string): OverrideProblem => ({
  path,
  get message() {
    return `'${nameOf(path)}' ${predicate()}`;
  },
});

const nameOf = (path: string[]): string => dotted(['training', 'override', ...path]);

/** A path or repository hidden one level down, e.g. model.model_kwargs.lora_path. */
function hiddenPaths(value: unknown, path: string[]): string[][] {
  if (Array.isArray(value)) return value.flatMap((item) => hiddenPaths(item, path));
  if (!isMapping(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const nested = [...path, key];
    return refusalOf(nested.join('.')) ? [nested] : hiddenPaths(inner, nested);
  });
}

function isOfKind(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'size':
      return isOfKind(value, 'number') && Number(value) > 0;
    case 'integer':
      return Number.isSafeInteger(value);
    case 'count':
      return isCount(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'text':
      return typeof value === 'string' && value !== '';
    case 'numbers':
      return isListOf(value, Number.isFinite);
    case 'counts':
      return isListOf(value, isCount);
    case 'texts':
      return Array.isArray(value) && isListOf(value, (item) => typeof item === 'string');
    case 'settings':
      return isMapping(value);
    case 'list of settings':
      return Array.isArray(value) && isListOf(value, isMapping);
  }
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) > 0;

/** One alone is a list of one. */
const isListOf = (value: unknown, isRight: (item: unknown) => boolean): boolean =>
  [value].flat().length > 0 && [value].flat().every((item) => isRight(item));

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Schedules of ai-toolkit (`toolkit/scheduler.py`) that say the same of a step however many follow. */
const steady: readonly unknown[] = [undefined, null, 'constant', 'constant_with_warmup'];

/** Whether a step's learning rate hangs on how many steps there are: then a longer training is another one from its start. */
export function hangsOnLength(override: Record<string, unknown>, { training }: Family): boolean {
  const preset = training.trainers['ai-toolkit'].process.train ?? {};
  const { train = {} } = override as { train?: Record<string, unknown> };
  return !steady.includes(train?.lr_scheduler ?? preset.lr_scheduler);
}
