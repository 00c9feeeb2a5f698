import { cut, longest } from '../text/cut.js';
import { fault, typeOfMessage, type Fault } from './errors.js';

/** What a line of the trainer's stdout tells. */
export type Word =
  | { kind: 'loading' }
  | { kind: 'resuming'; path: string }
  | { kind: 'start-step'; step: number }
  | { kind: 'dataset' }
  | { kind: 'images'; count: number }
  /** Of a plain LoRA each has two matrices in the file. */
  | { kind: 'modules'; part: string; count: number }
  | { kind: 'saving'; step: number }
  | { kind: 'saved-checkpoint'; path: string }
  | { kind: 'saved-optimizer'; path: string }
  /** A step that did not fit into memory; after three in a row the trainer gives up by itself. */
  | { kind: 'skipped' }
  | { kind: 'job-error'; fault: Fault }
  /** The trainer would go on and exit 0, and its result would not be what was asked for. */
  | { kind: 'spoilt'; fault: Fault };

const patterns: [RegExp, (match: RegExpExecArray) => Word][] = [
  [/^Running\s+1 process/, () => ({ kind: 'loading' })],
  [/^#### IMPORTANT RESUMING FROM (.+) ####$/, ([, path]) => ({ kind: 'resuming', path })],
  [/^Found step (\d+) in metadata, starting from there/, ([, step]) => ({ kind: 'start-step', step: Number(step) })],
  [/^Dataset: /, () => ({ kind: 'dataset' })],
  [/^\s+-\s+Found (\d+) images$/, ([, count]) => ({ kind: 'images', count: Number(count) })],
  [
    /^create LoRA for (U-Net|Text Encoder): (\d+) modules\.$/,
    ([, part, count]) => ({ kind: 'modules', part, count: Number(count) }),
  ],
  [/^Saving at step (\d+)/, ([, step]) => ({ kind: 'saving', step: Number(step) })],
  [/^Saved checkpoint to (.+)$/, ([, path]) => ({ kind: 'saved-checkpoint', path })],
  [/^Saved optimizer to (.+)$/, ([, path]) => ({ kind: 'saved-optimizer', path })],
  [/^# OOM during training step, skipping batch/, () => ({ kind: 'skipped' })],
  [
    /^Error running job: (.*)$/,
    ([, message]) => ({ kind: 'job-error', fault: fault(typeOfMessage(message), causeOf(message)) }),
  ],
  [
    /^Error processing image: (.+)$/,
    ([, path]) => spoilt('training-hopeless', `The trainer can't read the picture ${path}; replace or remove it.`),
  ],
  [
    /skipping and loading a different one: (.+?)(?: \(.*\)?)?$/,
    ([, path]) => spoilt('training-failed', `The trainer left out the picture ${path}: it or its cache can't be read.`),
  ],
  [
    /^Skipping validation item.*?(?:: (.+))?$/,
    ([, path = 'of the validation']) => spoilt('training-failed', `The trainer left out the picture ${path}.`),
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
      spoilt('training-hopeless', 'The loss is not a number any more: lower the learning rate (override train.lr).'),
  ],
];

/** In our words where the trainer's own lead astray: it blames a network that it is not to use. */
function causeOf(message: string): string {
  const model = /couldn't connect to 'https:.* it looks like (\S+) is not the path/.exec(message)?.[1];
  if (!model) return `The trainer failed: ${message}`;
  return `The trainer finds no base model at ${model}, nor in its cache: \`azit doctor --aitoolkit DIR\` says what to fetch.`;
}

const spoilt = (type: Fault['type'], cause: string): Word => ({ kind: 'spoilt', fault: fault(type, cause) });

/** @returns null for a line that says nothing we act on. */
export function readWord(line: string): Word | null {
  const start = cut(line, longest.message);
  for (const [pattern, toWord] of patterns) {
    const match = pattern.exec(start);
    if (match) return toWord(match);
  }
  return null;
}
