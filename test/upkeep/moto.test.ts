import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { S3Store } from '../../src/artifacts/s3-store.js';
import { freePort } from '../../src/embedded/ports.js';
import { until } from '../support/until.js';
import { surveyOf } from '../../src/upkeep/survey.js';
import { tidy } from '../../src/upkeep/tidy.js';
import { RunRecords } from '../../src/artifacts/run-records.js';

const plain = { name: 'a.bin', mediaType: 'application/octet-stream' };
const json = { name: 'run.json', mediaType: 'application/json' };

/** Another's S3 server, PyPI `moto[server]`. Pending where it is not installed. */
const putAtOnce = 16;

describe('a store on S3 is tidied', function () {
  this.timeout(120_000);
  let server: ChildProcess;
  const environment = { ...process.env };

  before(async function () {
    if (spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status !== 0) return this.skip();
    const port = await freePort();
    server = spawn('moto_server', ['-p', String(port)], { stdio: 'ignore' });
    const url = `http://127.0.0.1:${port}`;
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_S3: url,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test-secret',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    });
    await until('moto answers', () =>
      fetch(`${url}/bucket`, { method: 'PUT' }).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
  });
  after(() => {
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    Object.assign(process.env, environment);
    server?.kill('SIGKILL');
  });

  let stores = 0;
  const open = (touchedForMs?: number) => new S3Store(`s3://bucket/tidied/${(stores += 1)}`, { touchedForMs });

  async function keepRun(store: S3Store, runId: string, images: Buffer[]): Promise<void> {
    const refs = [];
    // As many at once as work does: a single Python process answers them all.
    for (let at = 0; at < images.length; at += putAtOnce)
      refs.push(...(await Promise.all(images.slice(at, at + putAtOnce).map((bytes) => store.putBytes(bytes, plain)))));
    const record = await store.putBytes(Buffer.from(JSON.stringify({ runId, refs })), json);
    const at = new Date().toISOString();
    const about = { runId, name: runId, model: 'sandbox', projectSha256: runId, state: 'completed', record };
    await new RunRecords(store).keep({ ...about, startedAt: at, finishedAt: at });
  }

  const listed = async (store: S3Store): Promise<Set<string>> => {
    const all = new Set<string>();
    for await (const { sha256 } of store.upkeep.contents()) all.add(sha256);
    return all;
  };

  it('in pages: a run goes with its own, what another one names stays, and neither is seen half', async () => {
    const store = open();
    const [own, common] = [randomBytes(50), randomBytes(50)];
    const many = Array.from({ length: 1_100 }, () => randomBytes(10));
    await keepRun(store, 'kept', [common, ...many]);
    await keepRun(store, 'gone', [common, own]);
    const before = await listed(store);
    assert.equal(before.size, 1_100 + 2 + 2);
    const survey = await surveyOf(store, []);
    const tidied = await tidy(store, survey, {
      runs: [survey.runs.get('gone')!],
      orphansBeforeMs: null,
      touchedBeforeMs: Date.now() + 60_000,
      dryRun: false,
      forget: () => Promise.resolve(),
    });
    assert.equal(tidied.files, 3);
    assert.equal((await listed(store)).size, before.size - 2);
    assert.equal(await new RunRecords(store).latest('gone'), null);
    assert.deepEqual(
      (await new RunRecords(store).list(10)).map(({ runId }) => runId),
      ['kept'],
    );
    for await (const { key } of store.upkeep.records()) assert.doesNotMatch(key, /gone/);
  });

  it('content that is relied on again is copied onto itself, keeps what it is, and is no longer old', async () => {
    const store = open(0);
    const bytes = randomBytes(5_000);
    const ref = await store.putBytes(bytes, plain);
    const timeOf = async (): Promise<number> => {
      for await (const { sha256, touchedAtMs } of store.upkeep.contents())
        if (sha256 === ref.sha256) return touchedAtMs;
      return 0;
    };
    const first = await timeOf();
    // S3 tells whole seconds.
    await until('a touch shows', async () => (await store.holds(ref)) && (await timeOf()) > first);
    assert.deepEqual(await store.readBytes(ref), bytes);
    assert.equal(await store.upkeep.removeContent(ref.sha256, first + 1), false, 'it is younger by now');
    assert.equal(await store.upkeep.removeContent(ref.sha256, Date.now() + 60_000), true);
    assert.equal(await store.holds(ref), false);
    assert.equal(await store.upkeep.removeContent(ref.sha256, Date.now() + 60_000), false);
  });
});
