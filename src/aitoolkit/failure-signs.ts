import type { TrainingFailureType } from '../trainer/index.js';

/** Words of the trainer and of what it stands on that say which kind of trouble it is; the first match counts. */
const signs: [RegExp, TrainingFailureType][] = [
  [/no space left|disk quota|file too large|disk is full/i, 'disk-full'],
  [/out of memory|\bOOM\b|OutOfMemoryError|CUBLAS_STATUS_ALLOC_FAILED/i, 'out-of-memory'],
  [/no images found|no datasets|no such file or directory|neither a valid local path/i, 'training-hopeless'],
  // How diffusers, transformers and huggingface_hub say that a model is neither at its path nor in the cache: no network.
  [/not the path to a directory|not a valid model identifier|can't load .* for '/i, 'training-hopeless'],
  [/outgoing traffic has been disabled|no file named \S+ found in/i, 'training-hopeless'],
  [/unknown process type|config file|environment variable .* not set|expecting property name/i, 'training-hopeless'],
  [/ModuleNotFoundError|No module named|ImportError/, 'training-hopeless'],
  // A value of an override that it does not know, or two that do not go together.
  [/^(unknown (?!error)|unsupported |invalid )|^\S+ \S+ not supported$|mutually exclusive/i, 'training-hopeless'],
  [/^(?!.*CUDA).*(only supported|is not supported with|invalid combination of arguments)/i, 'training-hopeless'],
];

/** What kind of trouble the trainer's own message is; unknown trouble may pass. */
export const typeOfMessage = (message: string): TrainingFailureType =>
  signs.find(([sign]) => sign.test(message))?.[1] ?? 'training-failed';
