import type { FailureType } from '../run/failures.js';

/**
 * Why a LoRA can't be handed out, by what the person can do about it:
 * - `no-checkpoint`: none is saved yet. Wait.
 * - `not-saved`: that step is not among the saved ones. Name another.
 * - `not-chosen`: the run ended and chose none. Name a step.
 * - `not-in-store`: the store that was asked does not have it. Name the run's own.
 * - `not-exact`: no exact conversion to that format is known. Take the file as it is.
 * - `in-the-way`: something that AZIT did not write has the name. Move it, or choose another folder.
 * - `no-folder`: the folder can't be written. Name another.
 */
export type ExportErrorCode =
  'no-checkpoint' | 'not-saved' | 'not-chosen' | 'not-in-store' | 'not-exact' | 'in-the-way' | 'no-folder';

export class ExportError extends Error {
  override readonly name = 'ExportError';
  readonly type: FailureType;

  constructor(
    readonly code: ExportErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.type = code;
  }
}
