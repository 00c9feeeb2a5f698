import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StoreSettingError, StoreUnavailableError } from '../../src/artifacts/errors.js';
import { S3Store } from '../../src/artifacts/s3-store.js';
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

  const mistakes: [title: string, location: string, told: RegExp][] = [
    ['a bucket that does not exist', 's3://no-such-bucket/x', /s3:\/\/no-such-bucket\/x .*create the bucket/],
    ['a bucket that these credentials may not touch', 's3://forbidden', /s3:\/\/forbidden .*s3:PutObject/],
    ['a location without a bucket', 's3:///x', /s3:\/\/bucket\/prefix/],
  ];
  for (const [title, location, told] of mistakes) {
    it(`${title} is a setting to correct, not trouble to wait out`, async () => {
      await assert.rejects(
        async () => await new S3Store(location).putBytes(Buffer.from('x'), png),
        (error: Error) => error instanceof StoreSettingError && error.type === 'bad-input' && told.test(error.message),
      );
    });
  }
});
