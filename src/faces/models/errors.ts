import type { FailureType } from '../../run/failures.js';
import { cut, longest } from '../../text/cut.js';

/** What is wrong with a picture: its file must be replaced; trying again can't help. */
export type PictureErrorKind = 'not-an-image' | 'truncated' | 'too-large' | 'unreadable';

export class PictureError extends Error {
  override readonly name = 'PictureError';
  readonly type: FailureType = 'bad-file';
  constructor(
    readonly kind: PictureErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    // The decoder's words stand in it, and what the file is called.
    super(cut(message, longest.message), options);
  }
}

/**
 * What is wrong with the face models. `missing` and `wrong-hash`: pull them; `unreachable`: the registry does not
 * answer; `refused`: it answers with an error; `disk-full` and `unusable`: this machine can't keep or load them.
 */
const typeOfKind = {
  missing: 'models-missing',
  'wrong-hash': 'models-missing',
  unreachable: 'unavailable',
  refused: 'models-missing',
  'disk-full': 'disk-full',
  unusable: 'models-missing',
} as const satisfies Record<string, FailureType>;

export type ModelErrorKind = keyof typeof typeOfKind;

export class ModelError extends Error {
  override readonly name = 'ModelError';
  /** Only a registry that does not answer may do so the next time. */
  readonly type: FailureType;
  constructor(
    readonly kind: ModelErrorKind,
    message: string,
    readonly details: { file?: string; expected?: string; found?: string } = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.type = typeOfKind[kind];
  }
}

/** An embedder that is not known, or whose description is wrong. */
export class EmbedderError extends Error {
  override readonly name = 'EmbedderError';
  readonly type: FailureType = 'bad-setting';
}
