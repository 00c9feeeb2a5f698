import { saysDiskFull } from '../run/failures.js';
import { cut, longest } from '../text/cut.js';
import { fault, type Fault, type TrainerEvent, type TrainingFailureType } from '../trainer/index.js';

/** What ai-toolkit prints on stdout, 0.12.26. */
const patterns: [RegExp, (match: RegExpExecArray) => TrainerEvent][] = [
  [/^Running\s+1 process/, () => ({ kind: 'loading' })],
  [/^#### IMPORTANT RESUMING FROM (.+) ####$/, ([, path]) => ({ kind: 'resuming', path })],
  [/^Found step (\d+) in metadata, starting from there/, ([, step]) => ({ kind: 'start-step', step: Number(step) })],
  [/^Dataset: /, () => ({ kind: 'preparing-dataset' })],
  [/^\s+-\s+Found (\d+) images$/, ([, count]) => ({ kind: 'images', count: Number(count) })],
  [
    /^create LoRA for (U-Net|Text Encoder): (\d+) modules\.$/,
    ([, part, count]) => ({ kind: 'modules', part, count: Number(count) }),
  ],
  [/^Saving at step (\d+)/, ([, step]) => ({ kind: 'saving', step: Number(step) })],
  [/^Saved checkpoint to (.+)$/, ([, path]) => ({ kind: 'saved-checkpoint', path })],
  [/^Saved optimizer to ./, () => ({ kind: 'saved-state' })],
  [/^# OOM during training step, skipping batch/, () => ({ kind: 'skipped' })],
  [
    /^Error running job: (.*)$/,
    ([, message]) => ({ kind: 'job-error', fault: fault(typeOfMessage(message), causeOf(message)) }),
  ],
  [
    /^Error processing image: (.+)$/,
    ([, path]) => spoilt('training-hopeless', `The trainer can't read the image ${path}; replace or remove it.`),
  ],
  [
    /skipping and loading a different one: (.+?)(?: \(.*\)?)?$/,
    ([, path]) =>
      spoilt('training-failed', `The trainer skipped the image ${path}: the image or its cache can't be read.`),
  ],
  [
    /^Skipping validation item.*?(?:: (.+))?$/,
    ([, path = 'used for validation']) => spoilt('training-failed', `The trainer skipped the image ${path}.`),
  ],
  [
    /^Failed to load optimizer state from (.+)$/,
    ([, path]) => spoilt('training-failed', `The trainer could not load the optimizer state ${path}.`),
  ],
  [
    /^Could not save optimizer/,
    () => spoilt('disk-full', 'The trainer could not save its optimizer state; the disk is probably full.'),
  ],
  [
    /^Error loading metadata from (.+?):/,
    ([, path]) => spoilt('training-failed', `The trainer could not read the step in the metadata of ${path}.`),
  ],
  [
    /loss is nan/i,
    () =>
      spoilt(
        'training-hopeless',
        'The loss is no longer a number: lower the learning rate (training.override.train.lr).',
      ),
  ],
];

/** In our words where the trainer's own lead astray: it blames a network that it is not to use. */
function causeOf(message: string): string {
  const model = /couldn't connect to 'https:.* it looks like (\S+) is not the path/.exec(message)?.[1];
  if (!model) return `The trainer failed: ${message}`;
  return `The trainer can't find the base model ${model} on disk or in its cache: \`azit doctor --aitoolkit DIR\` tells you what to download.`;
}

const spoilt = (type: Fault['type'], cause: string): TrainerEvent => ({ kind: 'spoilt', fault: fault(type, cause) });

/** @returns null for a line that says nothing we act on. */
export function readLogLine(line: string): TrainerEvent | null {
  const start = cut(line, longest.message);
  for (const [pattern, toEvent] of patterns) {
    const match = pattern.exec(start);
    if (match) return toEvent(match);
  }
  return null;
}

/** Words of the trainer and of what it stands on that say which kind of trouble it is; the first match counts. */
const signs: [RegExp, TrainingFailureType][] = [
  [/file too large|disk is full/i, 'disk-full'],
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
  saysDiskFull(message) ? 'disk-full' : (signs.find(([sign]) => sign.test(message))?.[1] ?? 'training-failed');
