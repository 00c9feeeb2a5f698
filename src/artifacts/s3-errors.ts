import { ArtifactDamagedError, RecordDamagedError, StoreSettingError, StoreUnavailableError } from './errors.js';
import type { ArtifactRef } from './ref.js';

/** The part of the SDK's errors that we read. */
interface S3Failure {
  name?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number };
}

export const isMissing = (error: unknown): boolean => {
  const { name } = error as S3Failure;
  // A HEAD has no body, so its 404 says nothing of the bucket; SDK name: NotFound.
  return name === 'NoSuchKey' || name === 'NotFound';
};

/** Another writer was first (412). */
export const isTaken = (error: unknown): boolean => statusOf(error) === 412;

/** Two conditional writes at once: S3 asks for a new try (409 ConditionalRequestConflict). */
export const isConflict = (error: unknown): boolean => statusOf(error) === 409;

const statusOf = (error: unknown): number | undefined => (error as S3Failure).$metadata?.httpStatusCode;

/** A HEAD's reply has no body, so only its status tells. */
const namesByStatus: Record<number, string> = { 301: 'PermanentRedirect', 403: 'AccessDenied' };

const cures: Record<string, string> = {
  NoSuchBucket: 'create the bucket or correct AZIT_STORE',
  InvalidBucketName: 'correct AZIT_STORE',
  AccessDenied: 'give these credentials s3:GetObject and s3:PutObject on it',
  InvalidAccessKeyId: 'correct AWS_ACCESS_KEY_ID',
  SignatureDoesNotMatch: 'correct AWS_SECRET_ACCESS_KEY',
  ExpiredToken: 'renew the credentials',
  PermanentRedirect: "set AWS_REGION to the bucket's region",
  AuthorizationHeaderMalformed: "set AWS_REGION to the bucket's region",
  CredentialsProviderError: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile',
};

/** Codes of this machine's own disk, met while a reply is written to a file or a file is sent. */
const diskCodes = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'ENOENT', 'EIO', 'EMFILE', 'EFBIG']);

const isOurs = (error: unknown): error is Error =>
  error instanceof ArtifactDamagedError ||
  error instanceof RecordDamagedError ||
  error instanceof StoreSettingError ||
  diskCodes.has((error as NodeJS.ErrnoException).code ?? '');

/** Names the store and, where a person can do something, what. Errors of our own and of the local disk pass. */
export function toStoreError(location: string, error: unknown): Error {
  if (isOurs(error)) return error;
  const { name: given = 'Error', message = '' } = error as S3Failure;
  const name = given in cures ? given : (namesByStatus[statusOf(error) ?? 0] ?? given);
  const told = message && message !== name && name === given ? `${name}: ${message}` : name;
  const cure = cures[name] ?? (message.startsWith('Region is missing') ? 'set AWS_REGION' : undefined);
  return cure
    ? new StoreSettingError(`The artifact store ${location} can't be used (${told}); ${cure}.`, { cause: error })
    : new StoreUnavailableError(`The artifact store ${location} did not answer as it should (${told}).`, {
        cause: error,
      });
}

export const missing = (ref: ArtifactRef): ArtifactDamagedError =>
  new ArtifactDamagedError(ref.sha256, `${ref.bytes} bytes (${ref.name})`, 'no object');
