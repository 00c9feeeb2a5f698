import { ArtifactDamagedError, StoreSettingError, StoreUnavailableError } from './errors.js';

/** The part of the SDK's errors that we read. */
interface S3Failure {
  name?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number };
  $response?: { headers?: Record<string, string> };
}

export const isMissing = (error: unknown): boolean => {
  const { name } = error as S3Failure;
  // A HEAD has no body, so its 404 says nothing of the bucket; SDK name: NotFound.
  return name === 'NoSuchKey' || name === 'NotFound';
};

/** To a GET: S3 names what it lacks; a gateway's page with 404 names nothing, and would make a record unknown. */
export const isMissingKey = (error: unknown): boolean => (error as S3Failure).name === 'NoSuchKey';

/** Passing trouble, as the SDK itself would try again where it could. */
export function mayPass(error: unknown): boolean {
  const status = statusOf(error);
  return status === undefined ? !isOurs(error) : status === 408 || status === 429 || status >= 500;
}

/** Another writer was first (412). */
export const isTaken = (error: unknown): boolean => statusOf(error) === 412;

/** Two conditional writes at once: S3 asks for a new try (409 ConditionalRequestConflict). */
export const isConflict = (error: unknown): boolean => statusOf(error) === 409;

const statusOf = (error: unknown): number | undefined => (error as S3Failure).$metadata?.httpStatusCode;

/** A HEAD's reply has no body, so only its status tells. */
const namesByStatus: Record<number, string> = {
  301: 'PermanentRedirect',
  302: 'PermanentRedirect',
  307: 'PermanentRedirect',
  308: 'PermanentRedirect',
  403: 'AccessDenied',
};

const cures: Record<string, string> = {
  NoSuchBucket: 'create the bucket or correct AZIT_STORE',
  InvalidBucketName: 'correct AZIT_STORE',
  AccessDenied:
    'allow these credentials s3:GetObject and s3:PutObject on the bucket, and for remove and prune s3:ListBucket and s3:DeleteObject',
  InvalidAccessKeyId: 'correct AWS_ACCESS_KEY_ID',
  SignatureDoesNotMatch: 'correct AWS_SECRET_ACCESS_KEY',
  ExpiredToken: 'renew the credentials',
  RequestTimeTooSkewed: "set this machine's clock, which differs too much from the server's",
  RequestExpired: "set this machine's clock, which differs too much from the server's",
  PermanentRedirect: "set AWS_REGION to the bucket's region, or correct AWS_ENDPOINT_URL_S3",
  AuthorizationHeaderMalformed: "set AWS_REGION to the bucket's region",
  CredentialsProviderError: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile',
};

/** Codes of this machine's own disk, met while a reply is written to a file or a file is sent. */
const diskCodes = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'ENOENT', 'EIO', 'EMFILE', 'EFBIG']);

const isOurs = (error: unknown): error is Error =>
  error instanceof ArtifactDamagedError ||
  error instanceof StoreSettingError ||
  error instanceof StoreUnavailableError ||
  diskCodes.has((error as NodeJS.ErrnoException).code ?? '');

/** Names the store and, where a person can do something, what. Errors of our own and of the local disk pass. */
export function toStoreError(location: string, error: unknown): Error {
  if (isOurs(error)) return error;
  const { name: given = 'Error', message = '' } = error as S3Failure;
  const name = given in cures ? given : (namesByStatus[statusOf(error) ?? 0] ?? given);
  const told = toldOf(name, name === given ? message : '', statusOf(error));
  const cure =
    redirectCure(name, error as S3Failure) ??
    cures[name] ??
    (message.startsWith('Region is missing') ? 'set AWS_REGION' : undefined);
  return cure
    ? new StoreSettingError(`The artifact store ${location} can't be used (${told}); ${cure}.`, { cause: error })
    : new StoreUnavailableError(`The artifact store ${location} gave an unexpected response (${told}).`, {
        cause: error,
      });
}

/** The SDK calls what it can't read Unknown, NotFound and UnknownError: the status says more. */
function toldOf(name: string, message: string, status: number | undefined): string {
  const isNamed = name !== 'Unknown' && name !== 'UnknownError' && name !== 'NotFound';
  const words = message === 'UnknownError' || message === name ? '' : message;
  const first = isNamed || status === undefined ? name : `HTTP ${status}`;
  return words ? `${first}: ${words}` : first;
}

/** Where the server says where to go. */
function redirectCure(name: string, { $response }: S3Failure): string | undefined {
  if (name !== 'PermanentRedirect') return undefined;
  const { 'x-amz-bucket-region': region, location } = $response?.headers ?? {};
  if (region && /^[a-z0-9-]{1,40}$/.test(region)) return `set AWS_REGION to ${region}, where the bucket is`;
  return location && URL.canParse(location)
    ? `it redirects to ${new URL(location).origin}: set AWS_ENDPOINT_URL_S3 to the server's address`
    : undefined;
}

/** A HEAD's reply has no body: the same asked with a GET says what is wrong. */
export const isMute = (error: unknown): boolean => {
  const status = statusOf(error);
  return status !== undefined && status >= 300 && status < 500 && !isMissing(error);
};

/** A web page with status 200, as gateways and portals give it, has none of what an S3 server says. */
export const notStored = (location: string): StoreUnavailableError =>
  new StoreUnavailableError(
    `The artifact store ${location} gave an unexpected response (without an ETag): check ` +
      'AWS_ENDPOINT_URL_S3, and any gateway in front of the server.',
  );

/** A server that drips: it is alive, and nothing comes of it. */
export const tooSlowly = (location: string): StoreUnavailableError =>
  new StoreUnavailableError(`The artifact store ${location} responds too slowly to be used.`);
