import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { get, request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { crc32, deflateSync } from 'node:zlib';
import { ApplicationFailure } from '@temporalio/common';
import { zipSync } from 'fflate';
import sharp from 'sharp';
import { Users, usersFile } from '../../src/studio/door/users.js';
import { startStudio, type RunningStudio } from '../../src/studio/server.js';
import { quickProject, startQuickRig, type QuickRig } from '../support/quick-run.js';
import { stopSharedTemporal } from '../support/temporal.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';
import { until } from '../support/until.js';
import { Visitor } from './browser-less.js';

/** Whoever decides may have a name of forty characters. */
const someone = '<b onload=x>';
const script = `"><script>alert(1)</script><img src=x onerror='alert(1)'>`;

/** Of one bit a pixel, with what is given as its rows and as a compressed text. */
function png({ side, rows, text: comment }: { side: number; rows: Buffer; text?: Buffer }): Buffer {
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  const texts = comment ? [chunk('zTXt', comment)] : [];
  return Buffer.concat([signature, chunk('IHDR', head), ...texts, chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

describe('attacks on the studio', function () {
  this.timeout(60_000);
  let rig: QuickRig;
  let studio: RunningStudio;
  let person: Visitor;
  /** An image of 20 megabytes: more than what sockets hold. */
  let large = '';

  before(async () => {
    rig = await startQuickRig({
      activities: (quick) => ({
        async renderBatch(input) {
          const result = await quick.renderBatch(input);
          if (input.runId !== 'large') return result;
          const noise = { type: 'gaussian' as const, mean: 128, sigma: 80 };
          const image = sharp({ create: { width: 2600, height: 2600, channels: 3, background: '#000', noise } });
          result.items[0].image = await rig.store.putBytes(await image.png({ compressionLevel: 0 }).toBuffer(), {
            name: 'large.png',
            mediaType: 'image/png',
          });
          return result;
        },
        async trainLora(input) {
          if (input.runId !== 'scripted') return await quick.trainLora(input);
          throw ApplicationFailure.create({ message: `The disk ${script}`, type: 'disk-full', nonRetryable: true });
        },
      }),
    });
    const folder = join(rig.folder, 'studio');
    const users = new Users(usersFile(folder));
    await users.add('dora', 'decide', 'she decides here');
    await users.add('vera', 'view', 'only for looking');
    const store = () => Promise.resolve(rig.store);
    const sockets = { most: 200, stalledMs: 2000 };
    studio = await startStudio({ client: rig.client, store, folder, port: 0, sockets });
    const run = await rig.client.start({ ...quickProject, approvals: ['anchor'] }, { id: 'large' });
    await until('it waits', async () => (await run.status()).waitingFor);
    large = (await run.status()).waitingFor!.options[0].image.sha256;
    person = await entered();
  });
  after(async () => {
    await studio.close();
    await rig.close();
    await stopSharedTemporal();
    await removeTemporaryFolders();
  });

  async function entered(by?: { name: string; password: string }): Promise<Visitor> {
    const visitor = new Visitor(studio.port);
    const { pathname, search } = new URL(studio.address());
    await visitor.enter(by ?? pathname + search);
    return visitor;
  }

  async function answer(path: string, { cookie }: Visitor): Promise<IncomingMessage> {
    const asked = get({ host: '127.0.0.1', port: studio.port, agent: false, path, headers: { cookie } });
    asked.on('error', () => undefined);
    const [reply] = (await once(asked, 'response')) as [IncomingMessage];
    reply.on('error', () => undefined);
    return reply;
  }

  it('strangers who say nothing on a thousand connections keep out who has a session, or a new one', async () => {
    const stream = await answer('/run/large/events', person);
    const sockets = Array.from({ length: 1000 }, () => connect(studio.port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(sockets.map((socket) => once(socket, 'connect').catch(() => undefined)));
    await until('most are shown out', () => sockets.filter(({ destroyed }) => destroyed).length >= 790);
    assert.equal((await person.ask('/')).status, 200);
    assert.equal((await (await entered()).ask('/')).status, 200);
    assert.equal(stream.destroyed, false, 'a page that listens');
    for (const one of [stream, ...sockets]) one.destroy();
  });

  it('one user with many browsers takes the streams of all', async () => {
    const dora = { name: 'dora', password: 'she decides here' };
    const browsers = await Promise.all([1, 2].map(() => entered(dora)));
    const opened = await Promise.all(
      browsers.flatMap((browser) => Array.from({ length: 30 }, () => answer('/run/large/events', browser))),
    );
    assert.equal(opened.filter(({ statusCode }) => statusCode === 200).length, 40);
    const others = await answer('/run/large/events', person);
    assert.equal(others.statusCode, 200);
    for (const one of [others, ...opened]) one.destroy();
  });

  it('a reader that takes nothing keeps an image in memory for ever', async () => {
    const path = `/artifact/${large}?of=large`;
    const replies = await Promise.all(Array.from({ length: 8 }, () => answer(path, person)));
    const slow = replies.filter(({ statusCode }) => statusCode === 200);
    for (const { socket } of slow) socket.pause();
    assert.equal(slow.length, 4, 'more than that are in memory at once');
    await until('it is given up', async () => (await person.ask(path)).status === 200);
    for (const { socket } of slow) socket.destroy();
  });

  it('uploads of some bytes a second keep out the images of others, or wait for ever', async () => {
    const tray = 'd'.repeat(32);
    const path = `/start/pictures?tray=${tray}&place=pictures&name=a.png`;
    const headers = { ...person.own, 'content-length': '1000000' };
    const slow = Array.from({ length: 2 }, () => {
      const asked = request({ host: '127.0.0.1', port: studio.port, agent: false, path, method: 'POST', headers });
      const reply = once(asked, 'response').then(async ([one]) => {
        const { statusCode } = one as IncomingMessage;
        return { statusCode, text: await text(one as IncomingMessage) };
      });
      asked.on('error', () => undefined);
      const drip = setInterval(() => asked.write('x'), 20);
      asked.once('close', () => clearInterval(drip));
      asked.flushHeaders();
      return reply;
    });
    const image = await sharp({ create: { width: 80, height: 80, channels: 3, background: '#1a1' } })
      .png()
      .toBuffer();
    await until('their room is taken', async () => (await person.drop(path, image)).status === 503);
    for (const { statusCode, text: said } of await Promise.all(slow)) {
      assert.equal(statusCode, 408);
      assert.match(said, /came too slowly/);
    }
    await until('there is room again', async () => (await person.drop(path, image)).text.includes('"taken":true'));
  });

  it('a reader of some bytes a second keeps a download and its disk for ever', async () => {
    const { TMPDIR = tmpdir() } = process.env;
    const place = await temporaryFolder();
    // Where the studio puts downloads together.
    process.env.TMPDIR = place;
    try {
      const path = '/run/large/report.zip';
      const asked = Promise.all([1, 2].map(() => answer(path, person)));
      // Seen while it is written: on a machine that stands still for a moment they are given up as soon as they are here.
      await until('it takes disk', async () => (await readdir(place)).length > 0);
      const slow = await asked;
      for (const reply of slow) {
        assert.equal(reply.statusCode, 200);
        // A piece of 64 KiB at a time: it moves, but not enough.
        const sip = setInterval(() => reply.read(), 250);
        reply.once('close', () => clearInterval(sip));
      }
      await until('their disk is free', async () => (await readdir(place)).length === 0);
      // What their own buffers hold they may take.
      for (const reply of slow) reply.on('error', () => undefined).resume();
      await until('both have ended', () => slow.every(({ destroyed }) => destroyed));
      for (const { complete } of slow) assert.equal(complete, false, 'given up');
      for (const { socket } of slow) socket.destroy();
    } finally {
      process.env.TMPDIR = TMPDIR;
    }
    assert.equal((await answer('/', person)).statusCode, 200);
  });

  it('a real image of 30,000 pixels a side, a text in it that unfolds, or a zip is unfolded', async () => {
    const tray = 'e'.repeat(32);
    const side = 30_000;
    // One bit a pixel: 112 MB of zeros in 110 kB, each row with its filter's byte in front.
    const black = png({ side, rows: deflateSync(Buffer.alloc(side * (side / 8 + 1)), { level: 9 }) });
    const small = deflateSync(Buffer.alloc(80 * 11));
    const unfolds = Buffer.concat([Buffer.from('Comment\0\0'), deflateSync(Buffer.alloc(256 * 1024 ** 2))]);
    const zip = zipSync({ 'a.png': new Uint8Array(64 * 1024 ** 2) });
    const before = process.memoryUsage().rss;
    const drop = async (name: string, bytes: Uint8Array) =>
      (await person.drop(`/start/pictures?tray=${tray}&place=pictures&name=${name}`, Buffer.from(bytes))).text;
    assert.match(
      await drop('black.png', black),
      /"taken":false.*has 900 megapixels \(30000 x 30000\): the limit is 100/,
    );
    // libpng leaves out a text of that size: what it says of the image is all there.
    const commented = await drop('text.png', png({ side: 80, rows: small, text: unfolds }));
    assert.match(commented, /"taken":(true|false)/);
    assert.match(await drop('a.zip', zip), /"taken":false.*is no PNG, JPEG or WebP image/);
    assert.match(await drop('zip.png', zip), /"taken":false.*is no PNG, JPEG or WebP image/);
    for (const path of [`/start/face`, `/start/crop`]) {
      const query = new URLSearchParams({ tray, place: 'pictures', name: 'black.png' }).toString();
      assert.equal((await person.ask(`${path}?${query}`)).status, 404, path);
    }
    // Decoded, it takes 900 MB.
    assert.ok(process.memoryUsage().rss - before < 400 * 1024 ** 2, 'in little memory');
  });

  it('an image of few bytes and a million pixels a side, or a project file that unfolds, fills the memory', async () => {
    const tray = 'b'.repeat(32);
    const side = 30_000;
    // Its head alone: nobody decodes the rest.
    const bomb = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#000' } })
      .png()
      .toBuffer();
    bomb.writeUInt32BE(side, 16);
    bomb.writeUInt32BE(side, 20);
    const dropped = await person.drop(`/start/pictures?tray=${tray}&place=pictures&name=a.png`, bomb);
    assert.match(dropped.text, /"taken":false.*(900 megapixels|damaged|not an image)/);
    const aliases = Array.from({ length: 30 }, (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at},`.repeat(9)}]`);
    const unfolding = `a0: &a0 [x]\n${aliases.join('\n')}\n`;
    const deep = `name: ${'['.repeat(200_000)}`;
    for (const project of [unfolding, deep, `name: ${'{a: '.repeat(100_000)}`])
      for (const path of ['/start/plan', '/start/use']) {
        const { status, text } = await person.change(path, { project, tray, place: 'pictures', name: 'a.png' });
        assert.ok(status < 500 && text.length < 100_000, `${path}: ${status} ${text.slice(0, 200)}`);
      }
    assert.equal((await person.ask('/')).status, 200);
  });

  it("an image of somebody else's store is read by its hash, by the name of its run, or by one that is guessed", async () => {
    const theirs = await startQuickRig();
    const run = await theirs.client.start({ ...quickProject, approvals: ['anchor'] }, { id: 'theirs' });
    await until('it waits', async () => (await run.status()).waitingFor);
    const { sha256 } = (await run.status()).waitingFor!.options[0].image;
    for (const of of ['large', 'theirs', 'guessed', '../x', 'azit-theirs'])
      for (const path of [`/artifact/${sha256}`, `/artifact/${sha256}/graph.json`, `/thumbnail/${sha256}/320`])
        assert.equal((await person.ask(`${path}?of=${encodeURIComponent(of)}`)).status, 404, `${path} of ${of}`);
    await run.cancel();
    await theirs.close();
  });

  it('a script in a reason, a failure, a name, a caption or a project file runs', async () => {
    const run = await rig.client.start(
      { ...quickProject, anchor: { prompt: script, candidates: 2 }, approvals: ['anchor'] },
      { id: 'scripted' },
    );
    await until('it waits', async () => (await run.status()).waitingFor);
    await run.reject({ gate: 'anchor', reason: script, by: someone });
    await until('it waits again', async () => (await run.status()).waitingFor);
    await run.approve({ gate: 'anchor', by: someone });
    await until('it needs help', async () => (await run.status()).help);
    const tray = 'c'.repeat(32);
    const image = await sharp({ create: { width: 80, height: 80, channels: 3, background: '#1a1' } })
      .png()
      .toBuffer();
    const place = { tray, place: 'pictures' };
    const drop = async (name: string, body: Buffer) =>
      await person.drop(`/start/pictures?${new URLSearchParams({ ...place, name }).toString()}`, body);
    await drop(`${script}.png`, image);
    const { name } = JSON.parse((await drop('a.png', await sharp(image).negate().png().toBuffer())).text) as {
      name: string;
    };
    await person.change('/start/picture', { ...place, name, caption: script });
    const replies = await Promise.all([
      person.ask('/'),
      person.ask('/run/scripted/'),
      person.ask('/machines'),
      person.ask(`/${encodeURIComponent(script)}`),
      person.ask(`/login?to=${encodeURIComponent(script)}`),
      person.ask(`/start/review?tray=${tray}`),
      person.change('/start/plan', { project: `name: '${script}'\n${script}: 1\n`, tray }),
      person.change('/login', { name: script, password: script }),
    ]);
    for (const { text, headers } of replies) {
      const shown = String(headers['content-type']).includes('json')
        ? String(Object.values(JSON.parse(text) as object))
        : text;
      assert.ok(!/<script>alert|<img src=x|<b onload/.test(shown), shown.slice(0, 300));
    }
    assert.match(replies[1].text, /The disk &quot;&gt;&lt;script&gt;/, 'it is shown');
  });
});
