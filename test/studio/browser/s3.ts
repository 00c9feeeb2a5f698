import assert from 'node:assert/strict';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import sharp from 'sharp';
import { startStudio, type RunningStudio } from '../../../src/studio/server.js';
import { S3Server } from '../../artifacts/s3-server.js';
import { quickProject, startQuickRig, type QuickRig } from '../../support/quick-run.js';
import { stopSharedTemporal } from '../../support/temporal.js';
import { until } from '../../support/until.js';
import { Visitor } from '../browser-less.js';

describe('the studio where the artifacts lie in S3', function () {
  this.timeout(60_000);
  const server = new S3Server();
  const environment = { ...process.env };
  let rig: QuickRig;
  let studio: RunningStudio;
  let visitor: Visitor;

  before(async () => {
    await server.listen();
    Object.assign(process.env, server.env);
    rig = await startQuickRig({ store: `s3://${server.bucket}/azit` });
    const store = () => Promise.resolve(rig.store);
    studio = await startStudio({ client: rig.client, store, folder: join(rig.folder, 'studio'), port: 0 });
    visitor = new Visitor(studio.port);
    await visitor.enter(new URL(studio.address()).pathname + new URL(studio.address()).search);
  });
  after(async () => {
    await studio.close();
    await rig.close();
    await stopSharedTemporal();
    server.close();
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    Object.assign(process.env, environment);
  });

  it('images, downloads or dropped images are lost', async () => {
    const run = await rig.client.start({ ...quickProject, approvals: ['anchor'] }, { id: 'remote' });
    await until('it waits', async () => (await run.status()).waitingFor);
    const { image } = (await run.status()).waitingFor!.options[0];
    const shown = await visitor.ask(`/artifact/${image.sha256}?of=remote`);
    assert.deepEqual([shown.status, shown.headers['content-type'], shown.text.length], [200, 'image/png', image.bytes]);
    assert.equal((await visitor.ask(`/thumbnail/${image.sha256}/320?of=remote`)).headers['content-type'], 'image/webp');
    const { text } = await visitor.ask('/run/remote/');
    const seen = /name="seen" value="([^"]+)"/.exec(text)?.[1] ?? '';
    assert.equal((await visitor.change('/run/remote/approve', { gate: 'anchor', seen, pick: '0' })).status, 200);
    await run.result();
    const zip = async (name: string) =>
      unzipSync(Buffer.from((await visitor.ask(`/run/remote/${name}`)).text, 'latin1'));
    assert.ok(Object.keys(await zip('lora.zip')).some((name) => name.endsWith('-40.safetensors')));
    assert.ok(Object.keys(await zip('report.zip')).some((name) => name.endsWith('/report.json')));

    const tray = 'd'.repeat(32);
    for (let at = 0; at < 4; at += 1) {
      const background = { r: 60 * at, g: 90, b: 40 };
      const body = await sharp({ create: { width: 320, height: 320, channels: 3, background } })
        .png()
        .toBuffer();
      await visitor.drop(`/start/pictures?tray=${tray}&place=pictures&name=${at}.png`, body);
    }
    const project = 'name: remote-own\ndataset: { images: ./pictures }\n';
    const started = await visitor.change('/start', { project, tray });
    assert.match(started.text, /"go":"\/run\/remote-own-/);
    await until('it trains', () => rig.trained.some(({ name }) => name === 'remote-own'));
    const [{ image: own }] = rig.trained.find(({ name }) => name === 'remote-own')!.dataset;
    assert.equal((await rig.store.readBytes(own)).length, own.bytes);
  });

  it('an image is called missing while S3 is away, or the page goes with it', async () => {
    const run = await rig.client.start({ ...quickProject, approvals: ['anchor'], name: 'away' }, { id: 'away' });
    await until('it waits', async () => (await run.status()).waitingFor);
    const { image } = (await run.status()).waitingFor!.options[1];
    assert.equal((await visitor.ask('/run/away/')).status, 200);
    server.instead = (_, response) => {
      response.writeHead(403).end('<Error><Code>AccessDenied</Code><Message>told</Message></Error>');
      return true;
    };
    const lost = await visitor.ask(`/artifact/${image.sha256}?of=away`);
    assert.equal(lost.status, 503);
    assert.match(lost.text, /store/);
    assert.equal((await visitor.ask('/run/away/')).status, 200);
    server.instead = null;
    assert.equal((await visitor.ask(`/artifact/${image.sha256}?of=away`)).status, 200);
  });
});
