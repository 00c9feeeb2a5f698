import { S3Client } from '@aws-sdk/client-s3';
import { tooSlowly } from './s3-errors.js';

/** To a server that is gone: a connection attempt would otherwise hang for minutes. */
const connectTimeoutMs = 10_000;
/** All tries together, for what sends little: a server that drips the head of its reply is never silent. */
const defaultAnswerTimeoutMs = 120_000;
/** What sends more takes as long as it takes. */
const littleBytes = 1024 * 1024;

/** What it has to say comes as an error, in our words; it would warn on the console of streams that it can't send again. */
const logger = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** By the SDK's own settings: AWS_ENDPOINT_URL_S3, AWS_REGION, credentials, profiles. @param location for messages */
export function createClient(
  location: string,
  socketTimeout: number,
  answerTimeoutMs = defaultAnswerTimeoutMs,
): S3Client {
  const requestHandler = { connectionTimeout: connectTimeoutMs, socketTimeout };
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
  const config = { requestHandler, logger };
  // Servers other than AWS rarely have a name for each bucket, and rarely care for the region that signs.
  const region = process.env.AWS_REGION ?? 'us-east-1';
  const client = new S3Client(endpoint ? { ...config, region, forcePathStyle: true } : config);
  bound(client, location, answerTimeoutMs);
  return client;
}

type Send = (command: { input: { Body?: unknown } }, options?: { abortSignal?: AbortSignal }) => Promise<unknown>;

function bound(client: S3Client, location: string, timeoutMs: number): void {
  const send = client.send.bind(client) as Send;
  const answered: Send = async (command, options) => {
    const { Body } = command.input;
    const isLittle = Body === undefined || (lengthOf(Body) ?? Infinity) <= littleBytes;
    if (!isLittle || options?.abortSignal) return await send(command, options);
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), timeoutMs);
    try {
      return await send(command, { ...options, abortSignal: abort.signal });
    } catch (error) {
      throw abort.signal.aborted ? tooSlowly(location) : error;
    } finally {
      clearTimeout(timer);
    }
  };
  client.send = answered as typeof client.send;
}

/** null: a stream, whose length nobody knows. */
function lengthOf(body: unknown): number | null {
  if (typeof body === 'string') return body.length;
  return body instanceof Uint8Array ? body.byteLength : null;
}
