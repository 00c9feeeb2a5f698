import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { writeDigesting } from '../../src/artifacts/digest.js';
import { StoreSettingError, StoreUnavailableError } from '../../src/artifacts/errors.js';
import { S3Store } from '../../src/artifacts/s3-store.js';
import { boundedStream } from '../../src/artifacts/bounded-stream.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';
import { S3Server } from './s3-server.js';
import { holdsTheStoreContract } from './store-contract.js';

const png = { name: 'a.png', mediaType: 'image/png' };

describe('artifacts: an S3 server as the store', () => {
  const server = new S3Server();
  const environment = { ...process.env };

  before(async () => {
    await server.listen();
    Object.assign(process.env, server.env);
  });
  after(async () => {
    for (const name of Object.keys(server.env)) delete process.env[name];
    server.close();
    Object.assign(process.env, environment);
    await removeTemporaryFolders();
  });

  holdsTheStoreContract(async () => ({
    location: `s3://${server.bucket}/some/prefix/`,
    env: server.env,
    async overwrite(path, bytes) {
      const key = `some/prefix/${path}`;
      assert.ok(server.objects.has(key), `${key} is where the folder store would have it`);
      if (bytes) server.objects.set(key, bytes);
      else server.objects.delete(key);
    },
    async contents() {
      const contents = [...server.objects].filter(([key]) => key.startsWith('some/prefix/content/'));
      return new Map(contents.map(([key, bytes]) => [key.slice(-64), bytes]));
    },
  }));

  it('content that is there already is not sent again', async () => {
    const store = new S3Store('s3://bucket');
    await store.putBytes(Buffer.from('once'), png);
    const { puts } = server;
    await store.putBytes(Buffer.from('once'), png);
    assert.equal(server.puts, puts);
  });

  it('a reply cut in the middle is trouble to try again, not damage, and leaves no file', async () => {
    const store = new S3Store('s3://bucket/cut');
    const ref = await store.putBytes(Buffer.alloc(200_000, 'x'), png);
    const target = join(await temporaryFolder(), 'out.bin');
    server.cuts = 2;
    await assert.rejects(store.readBytes(ref), StoreUnavailableError);
    await assert.rejects(store.readToFile(ref, target), StoreUnavailableError);
    assert.ok(!existsSync(target));
    await store.readToFile(ref, target);
  });

  it('a reply that breaks before anybody reads it ends the process', async () => {
    const content = new PassThrough();
    const bounded = boundedStream(content, 10, {
      tooMuch: () => new Error('too much'),
      tooSlow: () => new Error('too slow'),
    });
    content.destroy(new Error('aborted'));
    // Not `once` of node:events: it would listen to the error.
    await new Promise((resolve) => bounded.once('close', resolve));
    await assert.rejects(writeDigesting(bounded, join(await temporaryFolder(), 'out.bin')));
  });

  for (const part of ['body', 'head'] as const)
    it(`a server that drips the ${part} of its reply is left, and may be tried again`, async () => {
      const pace = { bytes: 64 * 1024, inMs: 100 };
      const store = new S3Store('s3://bucket/drip', { pace, answerTimeoutMs: 300 });
      const ref = await store.putBytes(Buffer.alloc(200_000, 'x'), png);
      const target = join(await temporaryFolder(), 'out.bin');
      const timers: NodeJS.Timeout[] = [];
      server.instead = ({ method }, response) => {
        if (method !== 'GET') return false;
        if (part === 'body') response.writeHead(200, { etag: '"1"', 'content-length': ref.bytes }).write('x');
        else response.socket?.write('HTTP/1.1 200 OK\r\n');
        const drip = part === 'body' ? () => response.write('x') : () => response.socket?.write('a: b\r\n');
        timers.push(setInterval(drip, 10));
        return true;
      };
      const tooSlow = { name: 'StoreUnavailableError', message: /s3:\/\/bucket\/drip responds too slowly/ };
      await assert.rejects(store.readToFile(ref, target), tooSlow);
      await assert.rejects(store.getRecord('step-200'), tooSlow);
      timers.forEach(clearInterval);
      assert.ok(!existsSync(target));
      server.instead = null;
      await store.readToFile(ref, target);
    });

  it('a conflict between two conditional writes is tried again, not reported', async () => {
    const store = new S3Store('s3://bucket/conflict');
    server.conflicts = 2;
    assert.equal((await store.putRecord('step-200', 1)).first, true);
  });

  it('a server that would let the last writer win is refused before the first record', async () => {
    server.ignoresConditions = true;
    try {
      const store = new S3Store('s3://bucket/unconditional');
      await assert.rejects(store.putRecord('step-200', 1), StoreSettingError);
      assert.equal(await store.getRecord('step-200'), null);
    } finally {
      server.ignoresConditions = false;
    }
  });

  afterEach(() => {
    server.instead = null;
  });

  it('an object that was damaged and kept its size is written again by the next put', async () => {
    const store = new S3Store('s3://bucket/damaged');
    const bytes = Buffer.alloc(1000, 'x');
    const ref = await store.putBytes(bytes, png);
    const [key] = [...server.objects.keys()].filter((one) => one.endsWith(ref.sha256));
    server.objects.set(key, Buffer.alloc(1000, 'y'));
    await store.putBytes(bytes, png);
    assert.deepEqual(await store.readBytes(ref), bytes);
  });

  it('a file beyond what one PUT takes goes in parts', async () => {
    const store = new S3Store('s3://bucket/parts', { multipartFromBytes: 1 });
    const bytes = randomBytes(70 * 2 ** 20);
    const folder = await temporaryFolder({ 'large.bin': bytes });
    const ref = await store.putFile(join(folder, 'large.bin'), png);
    const stored = [...server.objects].find(([key]) => key.endsWith(ref.sha256))?.[1];
    assert.ok(stored?.equals(bytes));
    server.objects.clear();
  });

  it("a gateway's web page with status 200 is nothing stored, and nothing read", async () => {
    const store = new S3Store('s3://bucket/portal');
    server.instead = (request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Please log in</html>');
      return true;
    };
    const refused = (error: Error) => error instanceof StoreUnavailableError && /gateway/.test(error.message);
    await assert.rejects(store.putBytes(Buffer.from('x'), png), refused);
    await assert.rejects(store.getRecord('step-1'), refused);
    await assert.rejects(store.readBytes({ sha256: 'a'.repeat(64), bytes: 1, ...png }), refused);
  });

  const answers: [title: string, status: number, code: string, headers: Record<string, string>, told: RegExp][] = [
    ['a clock that is wrong', 403, 'RequestTimeTooSkewed', {}, /set this machine's clock/],
    [
      'a bucket of another region',
      301,
      'PermanentRedirect',
      { 'x-amz-bucket-region': 'eu-west-3' },
      /AWS_REGION to eu-west-3/,
    ],
    [
      'a server that is elsewhere',
      307,
      '',
      { location: 'https://s3.example.org/b' },
      /redirects to https:\/\/s3\.example\.org/,
    ],
    ['an expired token', 400, 'ExpiredToken', {}, /renew the credentials/],
  ];
  for (const [title, status, code, headers, told] of answers) {
    it(`${title} is told by its name, though a HEAD has no body that says it`, async () => {
      server.instead = (request, response) => {
        request.resume();
        response.writeHead(status, { 'content-type': 'application/xml', ...headers });
        response.end(request.method === 'HEAD' || !code ? undefined : `<Error><Code>${code}</Code></Error>`);
        return true;
      };
      await assert.rejects(
        new S3Store('s3://bucket/told').putBytes(Buffer.from('x'), png),
        (error: Error) => error instanceof StoreSettingError && told.test(error.message),
      );
    });
  }

  it('a server that takes requests and never answers is left, and may be tried again', async () => {
    server.instead = () => true;
    const store = new S3Store('s3://bucket/silent', { silenceTimeoutMs: 50 });
    await assert.rejects(store.getRecord('step-1'), StoreUnavailableError);
  });

  const mistakes: [title: string, location: string, told: RegExp][] = [
    ['a bucket that does not exist', 's3://no-such-bucket/x', /s3:\/\/no-such-bucket\/x .*create the bucket/],
    ['a bucket that these credentials may not touch', 's3://forbidden', /s3:\/\/forbidden .*s3:PutObject/],
    ['a location without a bucket', 's3:///x', /s3:\/\/bucket\/prefix/],
  ];
  for (const [title, location, told] of mistakes) {
    it(`${title} is a setting to correct, not trouble to wait out`, async () => {
      await assert.rejects(
        async () => await new S3Store(location).putBytes(Buffer.from('x'), png),
        (error: Error) =>
          error instanceof StoreSettingError && error.type === 'bad-setting' && told.test(error.message),
      );
    });
  }
});
