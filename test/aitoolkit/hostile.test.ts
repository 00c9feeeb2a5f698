import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdir, readFile, rename, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { serializeSafetensors } from '../support/safetensors.js';
import { writeTrainerConfig } from '../../src/aitoolkit/config.js';
import { readOptimizer } from '../../src/aitoolkit/optimizer.js';
import { openSideChannel } from '../../src/aitoolkit/side-channel.js';
import { checkpointFiles } from '../../src/aitoolkit/checkpoint-files.js';
import { ValidationLog } from '../../src/aitoolkit/validation-loss.js';
import { takeCheckpoint } from '../../src/trainer/take.js';
import { openSqlite } from '../../src/sqlite/open.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';
import { shortPlan } from '../trainer/studio.js';

/** The zip of the case: one entry, stored, whose directory says 2 GiB. */
function claiming(bytes: number): Buffer {
  const zip = Buffer.from(zipSync({ 'a/data/0': new Uint8Array(4) }, { level: 0 }));
  const central = zip.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
  zip.writeUInt32LE(bytes, central + 20);
  zip.writeUInt32LE(bytes, central + 24);
  return zip;
}

/** A zip64's two end records before the usual one: so many entries, the first record at such a place. */
function claimingZip64(entries: bigint, recordAt: bigint): Buffer {
  const zip = Buffer.from(zipSync({ 'a/data/0': new Uint8Array(4) }, { level: 0 }));
  const end = zip.subarray(-22);
  const record = Buffer.alloc(56);
  record.write('PK\x06\x06', 'latin1');
  record.writeBigUInt64LE(entries, 32);
  record.writeBigUInt64LE(BigInt(zip.indexOf('PK\x01\x02', 0, 'latin1')), 48);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 'latin1');
  locator.writeBigUInt64LE(recordAt, 8);
  return Buffer.concat([zip.subarray(0, -22), record, locator, end]);
}

describe("a trainer's folder that holds what no trainer writes", () => {
  after(removeTemporaryFolders);
  before(function () {
    if (process.platform === 'win32') this.skip();
  });

  it('an optimizer state that claims 2 GiB is refused and does not end the worker', async () => {
    const folder = await temporaryFolder({ 'a.pt': claiming(2 ** 31), 'b.pt': claiming(2 ** 32 - 1) });
    assert.equal(await readOptimizer(join(folder, 'a.pt')), null);
    assert.equal(await readOptimizer(join(folder, 'b.pt')), null);
    await writeFile(join(folder, 'large.pt'), zipSync({ 'a/data/0': new Uint8Array(2 ** 20) }, { level: 0 }));
    assert.deepEqual(await readOptimizer(join(folder, 'large.pt')), { updates: null });
  });

  it('an optimizer state that claims 2^64 entries, or an end record 2^64 bytes away, is refused', async () => {
    const recordAt = BigInt(claimingZip64(1n, 0n).length - 22 - 20 - 56);
    const folder = await temporaryFolder({
      'sound.pt': claimingZip64(1n, recordAt),
      'many.pt': claimingZip64(2n ** 64n - 1n, recordAt),
      'far.pt': claimingZip64(1n, 2n ** 64n - 1n),
    });
    assert.deepEqual(await readOptimizer(join(folder, 'sound.pt')), { updates: 0 });
    assert.equal(await readOptimizer(join(folder, 'many.pt')), null);
    assert.equal(await readOptimizer(join(folder, 'far.pt')), null);
  });

  it('an optimizer state that is a pipe or a link is none', async () => {
    const folder = await temporaryFolder({ 'sound.pt': zipSync({ 'a/data/0': new Uint8Array(4) }, { level: 0 }) });
    execFileSync('mkfifo', [join(folder, 'pipe.pt')]);
    await symlink('sound.pt', join(folder, 'link.pt'));
    assert.deepEqual(await readOptimizer(join(folder, 'sound.pt')), { updates: 0 });
    assert.equal(await readOptimizer(join(folder, 'pipe.pt')), null);
    assert.equal(await readOptimizer(join(folder, 'link.pt')), null);
  });

  it('a checkpoint behind a link, in a folder that is one, or that is a pipe is not taken', async () => {
    const lora = serializeSafetensors(new Map([['a', { dtype: 'F32' as const, shape: [1], data: [1] }]]));
    const folder = await temporaryFolder({ 'run/sound.safetensors': lora });
    await symlink('sound.safetensors', join(folder, 'run/link.safetensors'));
    execFileSync('mkfifo', [join(folder, 'run/pipe.safetensors')]);
    await symlink('run', join(folder, 'linked'));
    const take = (name: string) =>
      takeCheckpoint({
        files: { ...checkpointFiles(shortPlan, join(folder, 'run'), null), pathOf: () => join(folder, name) },
        takenFolder: folder,
        expected: { step: 1, meta: {}, shapes: null },
        save: { step: 1, onDemand: false, skipped: 0 },
        isSaid: true,
        isSuperseded: async () => true,
      });
    const reasons = ['run/link', 'linked/sound', 'run/pipe', 'run/sound'].map(async (name) => {
      const taken = await take(`${name}.safetensors`);
      return taken.kind === 'not-yet' ? taken.reason : taken.kind;
    });
    const [link, linked, pipe, sound] = await Promise.all(reasons);
    assert.match(link, /link\.safetensors is a symbolic link/);
    assert.match(linked, /its folder is missing or is a link/);
    assert.match(pipe, /is a pipe/);
    assert.match(sound, /sshs_model_hash/, 'the sound file was read');
  });

  it('a config is never written through a link that was left in its place', async () => {
    const folder = await temporaryFolder({ mine: 'mine' });
    await symlink('mine', join(folder, 'config.json'));
    await writeTrainerConfig(join(folder, 'config.json'), { a: 1 });
    assert.equal(await readFile(join(folder, 'mine'), 'utf8'), 'mine');
    assert.match(await readFile(join(folder, 'config.json'), 'utf8'), /"a": 1/);
  });
});

describe("a trainer's database", () => {
  after(removeTemporaryFolders);
  before(async function () {
    if (process.platform === 'win32' || !(await openSqlite(':memory:', { create: true }))) this.skip();
  });

  async function logOf(...statements: string[]): Promise<string> {
    const path = join(await temporaryFolder(), 'loss_log.db');
    const database = (await openSqlite(path, { create: true }))!;
    for (const statement of statements) database.exec(statement);
    database.close();
    return path;
  }
  const table = 'CREATE TABLE metrics (step INTEGER, key TEXT, value_real)';
  const row = "INSERT INTO metrics VALUES (10, 'val/loss', 0.5)";

  async function read(path: string): Promise<unknown> {
    const log = new ValidationLog(path);
    const found = await log.read();
    log.close();
    return found;
  }

  it('gives its numbers and nothing else that stands in their columns', async () => {
    const path = await logOf(table, row, "INSERT INTO metrics VALUES (20, 'val/loss', hex(zeroblob(1000000)))");
    assert.deepEqual(await read(path), [{ step: 10, loss: 0.5 }]);
  });

  it('that is a link, a pipe, larger than any log, or has a link beside it is not opened', async () => {
    const path = await logOf(table, row);
    const folder = await temporaryFolder({ mine: '' });
    await symlink(path, join(folder, 'link.db'));
    execFileSync('mkfifo', [join(folder, 'pipe.db')]);
    await writeFile(join(folder, 'long.db'), '');
    await truncate(join(folder, 'long.db'), 2 ** 30);
    for (const name of ['link.db', 'pipe.db', 'long.db']) assert.deepEqual(await read(join(folder, name)), [], name);
    await symlink(join(folder, 'mine'), `${path}-shm`);
    assert.deepEqual(await read(path), []);
    assert.equal(await readFile(join(folder, 'mine'), 'utf8'), '');
  });

  it('in a folder that became a link is not opened', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'run'));
    await rename(await logOf(table, row), join(folder, 'run/loss_log.db'));
    await symlink('run', join(folder, 'linked'));
    assert.deepEqual(await read(join(folder, 'run/loss_log.db')), [{ step: 10, loss: 0.5 }]);
    assert.deepEqual(await read(join(folder, 'linked/loss_log.db')), []);
  });

  it('whose table is a view that counts without end stops nobody', async () => {
    const endless = `CREATE VIEW metrics AS WITH RECURSIVE n(step) AS (SELECT 1 UNION ALL SELECT step + 1 FROM n)
      SELECT step, 'val/loss' AS key, 0.5 AS value_real FROM n`;
    assert.deepEqual(await read(await logOf(endless)), []);
  });

  it('of one row that has grown to gigabytes is not read, nor written', async () => {
    const channel = (await openSideChannel())!;
    try {
      const database = (await openSqlite(channel.process.sqlite_db_path))!;
      database.exec("UPDATE Job SET status = 'running', info = 'Training', step = 7");
      assert.deepEqual(channel.read(), { status: 'running', info: 'Training', step: 7 });
      database.exec('UPDATE Job SET info = hex(zeroblob(1000))');
      assert.equal(channel.read()?.info.length, 500);
      database.exec('UPDATE Job SET info = hex(zeroblob(5000000))');
      assert.equal(channel.read(), null);
      await assert.rejects(channel.saveNow(), /has damaged the database/);
      database.close();
    } finally {
      await channel.close();
    }
    assert.ok(!readdirSync(tmpdir()).some((name) => channel.process.sqlite_db_path.includes(`/${name}/`)));
  });
});
