import { S3Client } from '@aws-sdk/client-s3';

/** To a server that is gone: a connection attempt would otherwise hang for minutes. */
const connectTimeoutMs = 10_000;

/** What it has to say comes as an error, in our words; it would warn on the console of streams that it can't send again. */
const logger = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** By the SDK's own settings: AWS_ENDPOINT_URL_S3, AWS_REGION, credentials, profiles. */
export function createClient(socketTimeout: number): S3Client {
  const requestHandler = { connectionTimeout: connectTimeoutMs, socketTimeout };
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
  if (!endpoint) return new S3Client({ requestHandler, logger });
  // Servers other than AWS rarely have a name for each bucket, and rarely care for the region that signs.
  const region = process.env.AWS_REGION ?? 'us-east-1';
  return new S3Client({ requestHandler, logger, region, forcePathStyle: true });
}
