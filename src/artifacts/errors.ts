import { parseJson } from '../files/json.js';
import type { ArtifactRef } from '../run/ref.js';

/** A stored file or record is missing or is not what its name promises. */
export class ArtifactDamagedError extends Error {
  override readonly name = 'ArtifactDamagedError';
  readonly type = 'artifact-damaged';
  constructor(
    /** The file's sha256, or the record's place. */
    readonly damaged: string,
    readonly expected: string,
    readonly found: string,
    message = `The stored file ${damaged.slice(0, 12)} is damaged: expected ${expected}, found ${found}.`,
  ) {
    super(message);
  }
}

/** Mostly it is not lost: the reader has another store than the writer. */
export function missingArtifact(location: string, { sha256, bytes, name }: ArtifactRef): ArtifactDamagedError {
  const message =
    `The artifact store ${location} does not have the file ${sha256.slice(0, 12)} (${name}): set AZIT_STORE or --store to the store that the run ` +
    'writes to, or restore the file from a backup.';
  return new ArtifactDamagedError(sha256, `${bytes} bytes (${name})`, 'no file', message);
}

/** A record that is no JSON any more: torn or zeroed by a broken disk. */
export function damagedRecord(place: string): ArtifactDamagedError {
  const message = `The record ${place} is damaged: delete it, and AZIT will write it again.`;
  return new ArtifactDamagedError(place, 'JSON', 'something else', message);
}

/** @throws ArtifactDamagedError naming its place. */
export function parseRecord<T>(json: string, place: string): T {
  try {
    return parseJson(json) as T;
  } catch {
    throw damagedRecord(place);
  }
}

/** What only a person can change: the bucket's name, the credentials, the server's abilities. */
export class StoreSettingError extends Error {
  override readonly name = 'StoreSettingError';
  readonly type = 'bad-setting';
}

/** Passing trouble with the store's server, after the SDK's own retries: the same call may succeed later. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
  readonly type = 'unavailable';
}
