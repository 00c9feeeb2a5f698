import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ArtifactDamagedError, StoreUnavailableError } from '../../src/artifacts/errors.js';
import { identify, requireStore } from '../../src/artifacts/identity.js';
import type { S3Limits } from '../../src/artifacts/s3-objects.js';
import { S3Store } from '../../src/artifacts/s3-store.js';
import type { ArtifactRef } from '../../src/run/ref.js';
import { FaultProxy, type Fault } from '../comfyui/fault-proxy.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';
import { until } from '../support/until.js';

const png = { name: 'a.png', mediaType: 'image/png' };
const xml = (status: number, code: string): Fault => ({
  do: 'answer',
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<Error><Code>${code}</Code><Message>told</Message></Error>`,
});
const page = (status: number): Fault => ({
  do: 'answer',
  status,
  headers: { 'content-type': 'text/html', etag: '"1"' },
  body: '<html>Please log in</html>',
});

/** Another's S3 server, PyPI `moto[server]`, behind a proxy that makes trouble. Pending where it is not installed. */
describe('artifacts: moto as the S3 server, with faults on the way', function () {
  this.timeout(60_000);
  let server: ChildProcess;
  let proxy: FaultProxy;
  const environment = { ...process.env };

  before(async function () {
    if (spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status !== 0) return this.skip();
    const port = await freePort();
    server = spawn('moto_server', ['-p', String(port)], { stdio: 'ignore' });
    const direct = `http://127.0.0.1:${port}`;
    await until('moto answers', () =>
      fetch(`${direct}/bucket`, { method: 'PUT' }).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    proxy = await FaultProxy.start(direct);
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_S3: proxy.url,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test-secret',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    });
  });
  afterEach(() => proxy?.heal());
  after(async () => {
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    Object.assign(process.env, environment);
    await proxy?.close();
    server?.kill('SIGKILL');
    await removeTemporaryFolders();
  });

  let stores = 0;
  const open = (limits: S3Limits = {}): S3Store => new S3Store(`s3://bucket/${(stores += 1)}`, limits);

  async function stored(store: S3Store, bytes = randomBytes(200_000)): Promise<{ bytes: Buffer; ref: ArtifactRef }> {
    return { bytes, ref: await store.putBytes(bytes, png) };
  }

  it('keeps content and records as it should, and has one identity however often it is opened', async () => {
    const store = open();
    const { bytes, ref } = await stored(store);
    assert.deepEqual(await store.readBytes(ref), bytes);
    assert.equal((await store.putRecord('a/b', 1)).first, true);
    assert.deepEqual(await store.putRecord('a/b', 2), { value: 1, first: false });
    const both = await Promise.all([identify(store), identify(new S3Store(store.location))]);
    assert.equal(both[0].id, both[1].id);
    await requireStore(new S3Store(store.location), both[0], 'worker');
    await assert.rejects(requireStore(open(), both[0], 'worker'), /\(empty\), the run's is s3:/);
  });

  for (const fault of ['halve', 'double', 'understate'] as const)
    it(`a reply that arrives wrong once (${fault}) is asked for again, and called damaged the second time`, async () => {
      const store = open();
      const { bytes, ref } = await stored(store);
      const target = join(await temporaryFolder(), 'out.bin');
      proxy.plant(/^GET/, { do: fault });
      assert.deepEqual(await store.readBytes(ref), bytes);
      proxy.plant(/^GET/, { do: fault });
      await store.readToFile(ref, target);
      proxy.plant(/^GET/, { do: fault }, 2);
      await assert.rejects(store.readToFile(ref, `${target}.2`), ArtifactDamagedError);
      assert.ok(!existsSync(`${target}.2`));
    });

  it('a reply without an end is left where the file would have ended', async () => {
    const store = open();
    const { ref } = await stored(store, randomBytes(1000));
    const endless: Fault = { do: 'answer', status: 200, headers: { etag: '"1"' }, body: Buffer.alloc(2 ** 26) };
    proxy.plant(/^GET/, endless, 2);
    await assert.rejects(store.readBytes(ref), { name: 'ArtifactDamagedError', found: 'more' });
  });

  it('a connection that breaks or falls silent in the middle of a body may be tried again, and is no damage', async () => {
    const store = open({ silenceTimeoutMs: 300 });
    const { ref } = await stored(store);
    for (const fault of ['truncate', 'overstate'] as const) {
      proxy.plant(/^GET/, { do: fault });
      await assert.rejects(store.readBytes(ref), StoreUnavailableError, fault);
    }
  });

  it('a file is sent again where the server was busy or hung up once, and told where it stays so', async () => {
    const store = open();
    const folder = await temporaryFolder({ 'a.bin': randomBytes(300_000) });
    for (const fault of [xml(503, 'SlowDown'), { do: 'drop-before' }, { do: 'drop-after' }] as Fault[]) {
      proxy.plant(/^PUT/, fault);
      await open().putFile(join(folder, 'a.bin'), png);
    }
    proxy.plant(/^PUT/, xml(503, 'SlowDown'), 99);
    await assert.rejects(store.putFile(join(folder, 'a.bin'), png), /\(SlowDown: told\)/);
  });

  it('a large file arrives in parts, with one of them refused once', async () => {
    const store = open({ multipartFromBytes: 1, partBytes: 5 * 2 ** 20 });
    const folder = await temporaryFolder({ 'large.bin': randomBytes(12 * 2 ** 20) });
    proxy.plant(/partNumber=2/, xml(503, 'SlowDown'));
    const ref = await store.putFile(join(folder, 'large.bin'), png);
    assert.equal(proxy.count(/partNumber=/), 4);
    await store.readToFile(ref, join(folder, 'back.bin'));
  });

  it("a gateway's page is no missing record, no stored file and no unknown error", async () => {
    const store = open();
    await store.putRecord('training/run/owner', { attempt: 1 });
    for (const [status, words] of [
      [404, /HTTP 404/],
      [500, /HTTP 500/],
    ] as const) {
      proxy.plant(/./, page(status), 99);
      await assert.rejects(store.getRecord('training/run/owner'), (error: Error) => {
        assert.ok(error instanceof StoreUnavailableError);
        assert.match(error.message, words);
        assert.doesNotMatch(error.message, /Unknown/);
        return true;
      });
      await assert.rejects(store.putBytes(randomBytes(10), png), StoreUnavailableError);
      proxy.heal();
    }
  });
});

async function freePort(): Promise<number> {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  await new Promise((resolve) => holder.close(resolve));
  return port;
}
