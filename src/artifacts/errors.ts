/** A stored file is missing or is not what its name promises. Nothing but a copy of the store can cure it. */
export class ArtifactDamagedError extends Error {
  override readonly name = 'ArtifactDamagedError';
  readonly type = 'artifact-damaged';
  constructor(
    readonly sha256: string,
    readonly expected: string,
    readonly found: string,
  ) {
    super(`The stored file ${sha256.slice(0, 12)} is damaged: expected ${expected}, found ${found}.`);
  }
}
