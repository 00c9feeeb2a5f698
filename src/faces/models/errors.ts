import { cut, longest } from '../../text/cut.js';

/** What is wrong with a picture: its file must be replaced; trying again can't help. */
export type PictureFault = 'not-an-image' | 'truncated' | 'too-large' | 'unreadable';

export class PictureError extends Error {
  override readonly name = 'PictureError';
  /** What a caller can do about it. */
  readonly cure = 'fix-input';
  constructor(
    readonly fault: PictureFault,
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
export type ModelFault = 'missing' | 'wrong-hash' | 'unreachable' | 'refused' | 'disk-full' | 'unusable';

export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly cure: 'retry' | 'fix-input';
  /** Of Temporal's failures: only a registry that does not answer may do so the next time. */
  readonly type: 'unavailable' | 'disk-full' | 'models-missing';
  constructor(
    readonly fault: ModelFault,
    message: string,
    readonly details: { file?: string; expected?: string; found?: string } = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.cure = fault === 'unreachable' ? 'retry' : 'fix-input';
    this.type = fault === 'unreachable' ? 'unavailable' : fault === 'disk-full' ? 'disk-full' : 'models-missing';
  }
}

/** An embedder that is not known, or whose description is wrong. */
export class EmbedderError extends Error {
  override readonly name = 'EmbedderError';
  readonly cure = 'fix-input';
  readonly type = 'bad-input';
}
