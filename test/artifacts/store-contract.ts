import assert from 'node:assert/strict';
import type { ArtifactStore } from '../../src/artifacts/artifact-store.js';
import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { contentPath } from '../../src/artifacts/path.js';
import { openStore } from '../../src/artifacts/store.js';
import { temporaryFolder } from '../support/folder.js';
import { until } from '../support/until.js';
import type { Order } from './store-child.js';
import { nodeWords } from '../support/program.js';

/** What a test needs to know of a kind of store beside its interface. */
export interface Premises {
  location: string;
  /** What another process needs to open it. */
  env: Record<string, string>;
  /** Changes what is stored, behind the store's back; null removes it. `path` as src/artifacts/path.ts has it. */
  overwrite(path: string, bytes: Buffer | null): Promise<void>;
  /** Everything that a reader could take for whole content: name -> bytes. */
  contents(): Promise<Map<string, Buffer>>;
}

const png = { name: 'a.png', mediaType: 'image/png' };
const program = nodeWords(new URL('./store-child.ts', import.meta.url));
// By name: under tsx a module that is imported dynamically, as the S3 store is, has classes of its own.
const damaged = (error: unknown): boolean =>
  (error as Error).name === 'ArtifactDamagedError' && (error as { type?: string }).type === 'artifact-damaged';

/** Holds any store against the promises of ArtifactStore. `prepare` runs once. */
export function holdsTheStoreContract(prepare: () => Promise<Premises>): void {
  let premises: Premises;
  let store: ArtifactStore;
  const children: ChildProcess[] = [];

  before(async () => {
    premises = await prepare();
    store = await openStore(premises.location);
  });
  afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

  async function startWriter(): Promise<ChildProcess> {
    const env = { ...process.env, ...premises.env };
    const child = fork(program.at(-1)!, [premises.location], { env, execArgv: program.slice(0, -1) });
    children.push(child);
    await once(child, 'message');
    return child;
  }

  async function order<T>(child: ChildProcess, what: Order): Promise<T> {
    child.send(what);
    const [{ reply, error }] = (await once(child, 'message')) as [{ reply: T; error?: string }];
    assert.equal(error, undefined);
    return reply;
  }

  it('gives back what was put, from bytes and from a file', async () => {
    const bytes = randomBytes(300_000);
    const folder = await temporaryFolder({ 'in.bin': bytes });
    const ref = await store.putBytes(bytes, png);
    assert.deepEqual(await store.putFile(join(folder, 'in.bin'), png), ref);
    assert.equal(ref.bytes, 300_000);
    assert.deepEqual(await store.readBytes(ref), bytes);
    await store.readToFile(ref, join(folder, 'deep/out.bin'));
    assert.deepEqual(readFileSync(join(folder, 'deep/out.bin')), bytes);
  });

  it('keeps an empty file: it is not the same as no file', async () => {
    const ref = await store.putBytes(Buffer.alloc(0), png);
    assert.equal((await store.readBytes(ref)).byteLength, 0);
  });

  it('damaged content is never handed out, nor left as a file', async () => {
    const ref = await store.putBytes(randomBytes(1000), png);
    await premises.overwrite(contentPath('', ref.sha256), randomBytes(1000));
    const target = join(await temporaryFolder(), 'out.bin');
    await assert.rejects(store.readBytes(ref), damaged);
    await assert.rejects(store.readToFile(ref, target), damaged);
    assert.ok(!existsSync(target));
  });

  it('missing content is told by its name and its store, which may be another than the writer had', async () => {
    const ref = await store.putBytes(randomBytes(1000), { ...png, name: 'anchor-3.png' });
    await premises.overwrite(contentPath('', ref.sha256), null);
    const told = (error: Error) =>
      damaged(error) && error.message.startsWith(`The artifact store ${store.location} does not have the file `);
    await assert.rejects(store.readBytes(ref), (error: Error) => told(error) && /anchor-3\.png/.test(error.message));
    await assert.rejects(store.readToFile(ref, join(await temporaryFolder(), 'out.bin')), damaged);
  });

  it('a torn copy is replaced by the next put of the same content', async () => {
    const bytes = randomBytes(1000);
    const ref = await store.putBytes(bytes, png);
    await premises.overwrite(contentPath('', ref.sha256), bytes.subarray(0, 400));
    await store.putBytes(bytes, png);
    assert.deepEqual(await store.readBytes(ref), bytes);
  });

  it('a record belongs to its first writer', async () => {
    assert.equal(await store.getRecord('run/step-200'), null);
    assert.deepEqual(await store.putRecord('run/step-200', { attempt: 1 }), { value: { attempt: 1 }, first: true });
    assert.deepEqual(await store.putRecord('run/step-200', { attempt: 2 }), { value: { attempt: 1 }, first: false });
    assert.deepEqual(await store.getRecord('run/step-200'), { attempt: 1 });
  });

  it('a record that is torn or zeroed is named, with the cure', async () => {
    await store.putRecord('training/r/torn', { step: 1 });
    for (const json of ['', '{"step":1', '\0\0\0']) {
      await premises.overwrite('records/training/r/torn.json', Buffer.from(json));
      const torn = { type: 'artifact-damaged', message: /records\/training\/r\/torn\.json is damaged: delete it/ };
      await assert.rejects(store.getRecord('training/r/torn'), torn);
      await assert.rejects(store.putRecord('training/r/torn', { step: 1 }), torn);
    }
  });

  it('of two processes that write the same records at once, one wins each and both agree', async () => {
    const writers = await Promise.all([startWriter(), startWriter()]);
    const keys = Array.from({ length: 25 }, (_, index) => `race/${index}`);
    type Written = { value: string; first: boolean }[];
    const [one, two] = await Promise.all(
      writers.map((writer, index) => order<Written>(writer, { putRecords: { keys, value: `writer ${index}` } })),
    );
    for (const [index, key] of keys.entries()) {
      assert.notEqual(one[index].first, two[index].first, `${key} has one first writer`);
      assert.equal(one[index].value, two[index].value);
      assert.equal(one[index].value, one[index].first ? 'writer 0' : 'writer 1');
    }
  });

  it('two processes put the same content at once', async () => {
    const writers = await Promise.all([startWriter(), startWriter()]);
    const put = { putBytes: 'the same image' };
    const [one, two] = await Promise.all(
      writers.map((writer) => order<typeof png & { sha256: string; bytes: number }>(writer, put)),
    );
    assert.deepEqual(one, two);
    assert.equal(String(await store.readBytes(one)), 'the same image');
  });

  it('kill -9 in the middle of a write leaves nothing but whole files', async function () {
    if (process.platform !== 'linux') return this.skip(); // Where the writer is, /proc tells.
    const bytes = randomBytes(2 ** 21);
    const pipe = join(await temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const writer = await startWriter();
    const before = await premises.contents();
    writer.send({ putFile: pipe } satisfies Order);
    // The store hashes first …
    await feed(pipe, bytes);
    await until('the hash is made', () => !hasOpen(writer.pid as number, pipe));
    await feed(pipe, bytes.subarray(0, 2 ** 20), async () => {
      // … and copies now: all but a pipe's 64 KiB of this half is taken, and no more will come.
      writer.kill('SIGKILL');
      await once(writer, 'exit');
    });

    assert.deepEqual([...(await premises.contents()).keys()], [...before.keys()]);
    const ref = { sha256: nameOf(bytes), bytes: bytes.byteLength, ...png };
    await assert.rejects(store.readBytes(ref), damaged);
    assert.deepEqual(await store.putBytes(bytes, png), ref);
    assert.deepEqual(await store.readBytes(ref), bytes);
  });

  it('no name leads out of the store', async () => {
    for (const key of ['../x', '/etc/x', 'a//b', 'a/../b', '', '.hidden', 'a\\..\\b']) {
      await assert.rejects(store.putRecord(key, 1), RangeError, key);
      await assert.rejects(store.getRecord(key), RangeError, key);
    }
    for (const sha256 of ['../../x', '', 'A'.repeat(64)]) {
      await assert.rejects(store.readBytes({ sha256, bytes: 1, ...png }), RangeError, sha256);
      await assert.rejects(store.readToFile({ sha256, bytes: 1, ...png }, '/nowhere'), RangeError, sha256);
    }
  });
}

/** Writes into a named pipe; `then` runs while it is still open, so that the reader sees no end. */
async function feed(pipe: string, bytes: Buffer, then?: () => Promise<void>): Promise<void> {
  const end = await open(pipe, 'w');
  await end.writeFile(bytes);
  await then?.();
  await end.close();
}

const hasOpen = (pid: number, path: string): boolean =>
  readdirSync(`/proc/${pid}/fd`).some((fd) => readLink(`/proc/${pid}/fd/${fd}`) === path);

/** Null for what was closed meanwhile. */
function readLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

const nameOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
