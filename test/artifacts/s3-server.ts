import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * S3 over a real socket, as much of it as a store needs: PUT (If-None-Match, checksums), GET, HEAD on one bucket, kept
 * in memory. Path style. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 */
export class S3Server {
  readonly bucket = 'bucket';
  /** By key, without the bucket. */
  readonly objects = new Map<string, Buffer>();
  /** PUTs of any key, refused ones too. */
  puts = 0;
  ignoresConditions = false;
  /** Answers the next GETs with half of the body and a broken connection. */
  cuts = 0;
  /** Asked first; what it answers is the answer. */
  instead: ((request: IncomingMessage, response: ServerResponse) => boolean) | null = null;
  readonly #parts = new Map<number, Buffer>();
  /** Answers the next conditional PUTs as S3 does when another one is under way. */
  conflicts = 0;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get env(): Record<string, string> {
    const { port } = this.#server.address() as AddressInfo;
    return {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test-secret',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, bucket, ...rest] = new URL(request.url ?? '', 'http://s3').pathname.split('/').map(decodeURIComponent);
    const key = rest.join('/');
    if (this.instead?.(request, response)) return;
    if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')) return fail(response, 403, 'AccessDenied');
    if (bucket === 'forbidden') return fail(response, 403, 'AccessDenied');
    if (bucket !== this.bucket) return fail(response, 404, 'NoSuchBucket');
    const query = new URL(request.url ?? '', 'http://s3').searchParams;
    if (query.has('uploads') || query.has('uploadId')) return await this.#multipart(key, query, request, response);
    if (request.method === 'PUT') return await this.#put(key, request, response);
    return this.#get(key, request.method === 'HEAD', response);
  }

  async #put(key: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.puts += 1;
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return; // The writer is gone: S3 keeps nothing of half a body.
    }
    const bytes = Buffer.concat(chunks);
    if (!sumsAgree(request, bytes)) return fail(response, 400, 'BadDigest');
    if (request.headers['if-none-match'] === '*' && !this.ignoresConditions) {
      if (this.conflicts > 0 && this.conflicts--) return fail(response, 409, 'ConditionalRequestConflict');
      if (this.objects.has(key)) return fail(response, 412, 'PreconditionFailed');
    }
    this.objects.set(key, bytes);
    response.writeHead(200, { etag: '"1"' }).end();
  }

  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html; one upload at a time. */
  async #multipart(
    key: string,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const xml = (root: string, inside: string) =>
      void response.writeHead(200, { 'content-type': 'application/xml' }).end(`<${root}>${inside}</${root}>`);
    if (query.has('uploads')) {
      this.#parts.clear();
      return xml('InitiateMultipartUploadResult', '<UploadId>1</UploadId>');
    }
    if (request.method === 'PUT') {
      this.#parts.set(Number(query.get('partNumber')), Buffer.concat(chunks));
      return void response.writeHead(200, { etag: '"part"' }).end();
    }
    const parts = [...this.#parts].sort(([a], [b]) => a - b).map(([, bytes]) => bytes);
    this.objects.set(key, Buffer.concat(parts));
    xml('CompleteMultipartUploadResult', '<ETag>"1-2"</ETag>');
  }

  #get(key: string, headOnly: boolean, response: ServerResponse): void {
    const bytes = this.objects.get(key);
    if (!bytes) return fail(response, 404, 'NoSuchKey', headOnly);
    response.writeHead(200, { 'content-length': bytes.byteLength, etag: '"1"' });
    if (headOnly) return void response.end();
    if (this.cuts > 0 && this.cuts--) {
      return void response.write(bytes.subarray(0, bytes.byteLength / 2), () => response.destroy());
    }
    response.end(bytes);
  }
}

function sumsAgree({ headers }: IncomingMessage, bytes: Buffer): boolean {
  const sha256 = createHash('sha256').update(bytes);
  const signed = String(headers['x-amz-content-sha256']);
  const hex = sha256.copy().digest('hex');
  const told = headers['x-amz-checksum-sha256'] ?? sha256.digest('base64');
  return (signed === 'UNSIGNED-PAYLOAD' || signed === hex) && told === Buffer.from(hex, 'hex').toString('base64');
}

function fail(response: ServerResponse, status: number, code: string, headOnly = false): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(
    headOnly ? undefined : `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
  );
}
