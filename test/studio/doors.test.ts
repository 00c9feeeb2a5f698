import assert from 'node:assert/strict';
import { stat, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import sharp from 'sharp';
import type { RenderBatchInput } from '../../src/run/contracts.js';
import { startStudio, type RunningStudio } from '../../src/studio/server.js';
import { Users, usersFile } from '../../src/studio/door/users.js';
import { quickProject, startQuickRig, type QuickRig } from '../support/quick-run.js';
import { stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';
import { Visitor } from './browser-less.js';

const script = `"><script>alert(1)</script><img src=x onerror='alert(1)'>`;
const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';

describe('the doors of the studio', function () {
  this.timeout(60_000);
  let rig: QuickRig;
  let studio: RunningStudio;
  let person: Visitor;
  let dora: Visitor;
  const seen: Record<string, string> = {};

  before(async () => {
    rig = await startQuickRig({
      activities: (quick) => ({
        // The third candidate is a drawing with a script in it, by whatever name.
        async renderBatch(input: RenderBatchInput) {
          const result = await quick.renderBatch(input);
          if (input.stage !== '01-anchor') return result;
          const description = { name: 'anchor.png', mediaType: 'image/png' };
          result.items[2].image = await rig.store.putBytes(Buffer.from(svg), description);
          return result;
        },
      }),
    });
    const folder = join(rig.folder, 'studio');
    await new Users(usersFile(folder)).add('vera', 'view', 'only for looking');
    await new Users(usersFile(folder)).add('dora', 'decide', 'she decides here');
    studio = await startStudio({ client: rig.client, store: () => Promise.resolve(rig.store), folder, port: 0 });
    const project = { ...quickProject, anchor: { prompt: script, candidates: 3 }, approvals: ['anchor' as const] };
    const run = await rig.client.start(project, { id: 'doors' });
    await until('the run waits', async () => (await run.status()).waitingFor);
    for (const { index, image } of (await run.status()).waitingFor?.options ?? []) seen[index] = image.sha256;
    dora = new Visitor(studio.port);
    await dora.enter({ name: 'dora', password: 'she decides here' });
    person = new Visitor(studio.port);
    await person.enter(new URL(studio.address()).pathname + new URL(studio.address()).search);
  });
  after(async () => {
    await studio.close();
    await rig.close();
    await stopSharedTemporal();
  });

  it('the printed address lets in a second browser, or a guessed one the first', async () => {
    const used = new Visitor(studio.port);
    const address = new URL(studio.address());
    assert.equal((await used.enter(address.pathname + address.search)).status, 200);
    assert.equal((await new Visitor(studio.port).enter(address.pathname + address.search)).status, 401);
    assert.equal((await new Visitor(studio.port).ask('/open?token=guessed')).status, 401);
  });

  it('a browser without its cookie reads anything', async () => {
    const stranger = new Visitor(studio.port);
    for (const path of [
      '/',
      '/run/doors/',
      '/run/doors/events',
      `/artifact/${seen[0]}`,
      '/run/doors/lora.zip',
      '/start',
      '/machines',
      '/machines/events',
    ]) {
      const { status, text } = await stranger.ask(path);
      assert.equal(status, 401, path);
      assert.ok(!text.includes('mina'), path);
    }
  });

  it('a name that a stranger turned to this machine leads in', async () => {
    for (const host of ['evil.test', `evil.test:${studio.port}`, '127.0.0.1.evil.test', 'localhost.evil.test'])
      assert.equal((await person.ask('/', { headers: { host } })).status, 403, host);
    assert.equal((await person.ask('/', { headers: { host: `localhost:${studio.port}` } })).status, 200);
  });

  it('a page of elsewhere decides, or one without the token of the session', async () => {
    const approve = '/run/doors/approve';
    const fields = { gate: 'anchor', seen: '', pick: '0' };
    for (const origin of ['http://evil.test', 'null', `http://127.0.0.1:${studio.port + 1}`])
      assert.equal((await person.change(approve, fields, { origin })).status, 403, origin);
    const own = { 'x-azit-csrf': person.csrf };
    assert.equal((await person.ask(approve, { method: 'POST', headers: own, fields })).status, 403, 'no origin');
    assert.equal((await person.change(approve, fields, { 'x-azit-csrf': '' })).status, 403, 'no token');
    assert.equal(
      (await person.change(approve, fields, { 'x-azit-csrf': 'x'.repeat(43) })).status,
      403,
      'another token',
    );
    assert.equal((await rig.client.run('doors').status()).state, 'waiting');
  });

  it('a viewer decides, starts or cancels', async () => {
    const viewer = new Visitor(studio.port);
    await viewer.enter({ name: 'vera', password: 'only for looking' });
    assert.equal((await viewer.ask('/run/doors/')).status, 200);
    for (const path of [
      '/run/doors/approve',
      '/run/doors/cancel',
      '/run/doors/stop-training',
      '/run/doors/seeds',
      '/start',
      '/start/plan',
    ]) {
      const { status, text } = await viewer.change(path, { gate: 'anchor', pick: '0' });
      assert.equal(status, 403, path);
      assert.match(text, /lets you look, not decide/);
    }
    assert.equal((await viewer.change('/logout')).status, 200);
    assert.equal((await viewer.ask('/run/doors/')).status, 401);
  });

  it('of two studios of one home each shows out whom the other has let in', async () => {
    const store = () => Promise.resolve(rig.store);
    const other = await startStudio({ client: rig.client, store, folder: join(rig.folder, 'studio'), port: 0 });
    const [here, there] = [new Visitor(studio.port), new Visitor(other.port)];
    await Promise.all([here, there].map((visitor) => visitor.enter({ name: 'dora', password: 'she decides here' })));
    for (const visitor of [here, there]) assert.equal((await visitor.ask('/')).status, 200);
    // A browser's cookie of here, as it would be after a restart on that port.
    const same = new Visitor(other.port);
    same.cookie = here.cookie.replace(String(studio.port), String(other.port));
    await until('it is known there', async () => (await same.ask('/')).status === 200);
    await here.change('/logout');
    await until('it is out there too', async () => (await same.ask('/')).status === 401);
    await other.close();
  });

  it('behind a proxy with TLS the cookie goes unencrypted, one guesser locks all out, or a name of its own is refused', async () => {
    const folder = join(rig.folder, 'studio');
    const options = { client: rig.client, store: () => Promise.resolve(rig.store), folder, port: 0 };
    const proxied = await startStudio({ ...options, names: ['studio.test'] });
    const from = (address: string) => ({
      ...{ host: 'studio.test', origin: 'https://studio.test' },
      ...{ 'x-forwarded-proto': 'https', 'x-forwarded-for': `6.6.6.6, ${address}` },
    });
    const visitor = new Visitor(proxied.port);
    for (let times = 0; times < 6; times += 1)
      await visitor.change('/login', { name: `guess ${times}`, password: 'a guess' }, from('10.0.0.1'));
    const fields = { name: 'dora', password: 'she decides here' };
    assert.equal((await visitor.change('/login', fields, from('10.0.0.1'))).status, 429);
    const reply = await visitor.change('/login', fields, from('10.0.0.2'));
    assert.equal(reply.status, 303);
    assert.match(String(reply.headers['set-cookie']), /; Secure/);
    assert.equal((await visitor.ask('/', { headers: { host: 'other.test' } })).status, 403);
    // Others reach it: the printed address lets nobody in.
    assert.ok(!proxied.address().includes('token'));
    await proxied.close();
  });

  it('dropped files reach beyond the session, the folder or the limits, or are taken for what they are called', async () => {
    const tray = 'a'.repeat(32);
    const drop = async (who: Visitor, query: Record<string, string>, body: Buffer) =>
      await who.drop(`/start/pictures?${new URLSearchParams({ tray, place: 'pictures', ...query }).toString()}`, body);
    const png = await sharp({ create: { width: 80, height: 80, channels: 3, background: '#a11' } })
      .png()
      .toBuffer();
    const taken = JSON.parse((await drop(person, { name: '../../evil.png' }, png)).text) as { name: string };
    assert.equal(taken.name, 'evil.png');
    for (const body of [
      Buffer.from(svg),
      Buffer.from('<html>'),
      Buffer.from('PK\x03\x04 a zip'),
      png.subarray(0, 200),
    ]) {
      const { text } = await drop(person, { name: 'other.png' }, body);
      assert.match(text, /"taken":false,.*"reason":"is (no PNG|damaged)/);
    }
    assert.equal((await drop(person, { name: 'x.png', place: 'elsewhere' }, png)).status, 400);
    assert.equal((await drop(person, { name: 'x.png', tray: '../..' }, png)).status, 400);
    const large = await drop(person, { name: 'large.png' }, Buffer.alloc(65 * 1024 * 1024)).catch(() => ({
      status: 413,
    }));
    assert.equal(large.status, 413);
    const preview = `/start/preview/${tray}/pictures/evil.png`;
    assert.equal((await person.ask(preview)).status, 200);
    const again = new Visitor(studio.port);
    await again.enter(new URL(studio.address()).pathname + new URL(studio.address()).search);
    for (const other of [dora, again]) assert.equal((await other.ask(preview)).status, 404, "another session's");
    await writeFile(join(rig.folder, 'studio', 'secret.png'), png);
    for (const name of ['..%2f..%2f..%2fsecret.png', 'users.json', '%00.png'])
      assert.equal((await person.ask(`/start/preview/${tray}/pictures/${name}`)).status, 404, name);
    const project = 'name: own\ndataset: { images: ./pictures }\n';
    assert.match((await person.change('/start/plan', { project, tray })).text, /starts from your 1 image/);
    assert.ok(!(await dora.change('/start/plan', { project, tray })).text.includes('starts from your 1 image'));
    const { mode } = await stat(join(rig.folder, 'studio', 'uploads'));
    assert.equal(mode & 0o077, 0);
    const viewer = new Visitor(studio.port);
    await viewer.enter({ name: 'vera', password: 'only for looking' });
    assert.equal((await drop(viewer, { name: 'x.png' }, png)).status, 403);
  });

  it('passwords are tried without end', async () => {
    const guesser = new Visitor(studio.port);
    const tries = Array.from({ length: 8 }, () => guesser.change('/login', { name: 'vera', password: 'a guess' }));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 401).length, 5);
    assert.equal(statuses.filter((status) => status === 429).length, 3);
  });

  it('a user who is elsewhere has a file of this machine read', async () => {
    const project = (image: string): string => `name: mina\nanchor: { image: ${image} }\n`;
    for (const image of ['/etc/hostname', '~/me.png', 'file:///etc/hostname']) {
      const { text } = await dora.change('/start/plan', { project: project(image) });
      assert.match(text, /is a path on the studio/, image);
    }
    const { text } = await person.change('/start/plan', { project: project('/etc/hostname') });
    assert.ok(!text.includes('is a path on the studio'), 'whoever started the studio may name one');
  });

  it('what no run shows is read by its hash, or by a path', async () => {
    const secret = await rig.store.putBytes(Buffer.from('\x89PNG\r\n\x1a\n secret', 'latin1'), {
      name: 'secret.png',
      mediaType: 'image/png',
    });
    assert.equal((await person.ask(`/artifact/${secret.sha256}?of=doors`)).status, 404);
    for (const path of [
      '/artifact/..%2f..%2fetc%2fpasswd',
      '/artifact/%00',
      '/assets/..%2fserver.js',
      '/run/..%2f..%2fx/',
      '/thumbnail/x/320',
    ])
      assert.ok((await person.ask(path)).status >= 400, path);
  });

  it('a drawing with a script is served as a picture', async () => {
    const sound = await person.ask(`/artifact/${seen[0]}?of=doors`);
    assert.equal(sound.headers['content-type'], 'image/png');
    assert.match(sound.headers['cache-control'] ?? '', /immutable/);
    for (const path of [`/artifact/${seen[2]}?of=doors`, `/thumbnail/${seen[2]}/320?of=doors`]) {
      const { status, text, headers } = await person.ask(path);
      assert.equal(status, 404);
      assert.ok(!text.includes('script') && headers['x-content-type-options'] === 'nosniff');
    }
  });

  it('a run without a face has a colour in its place', async () => {
    const { text } = await person.ask('/run/nobody/face');
    const { channels } = await sharp(Buffer.from(text, 'latin1')).ensureAlpha().stats();
    assert.equal(channels[3].max, 0);
  });

  it('a script in a prompt runs, or the policy allows one in the page', async () => {
    const { text, headers } = await person.ask('/run/doors/');
    assert.ok(!text.includes('<script>alert') && !text.includes('<img src=x'));
    const policy = String(headers['content-security-policy']);
    assert.match(policy, /script-src 'self';/);
    assert.ok(!/script-src[^;]*unsafe/.test(policy));
  });

  it('a body without end, or streams without end, are taken', async () => {
    const large = await person.change('/start/plan', { project: 'x'.repeat(3e6) }).catch(() => ({ status: 413 }));
    assert.equal(large.status, 413);
    for (let times = 0; times < 45; times += 1)
      assert.equal((await person.ask('/run/doors/events', { method: 'HEAD' })).status, 204);
    const { cookie } = person;
    const open = Array.from({ length: 45 }, async () => {
      const { port } = studio;
      return await new Promise<number>((resolve, reject) => {
        const asked = get(
          { host: '127.0.0.1', port, agent: false, path: '/run/doors/events', headers: { cookie } },
          (reply) => {
            reply.once('data', () => resolve(reply.statusCode ?? 0));
          },
        );
        asked.on('error', reject);
      });
    });
    const statuses = await Promise.all(open);
    assert.deepEqual([...new Set(statuses)].sort(), [200, 503]);
    assert.equal(statuses.filter((status) => status === 200).length, 40);
  });

  it('of two who decide at once the second is not told, or a decision on other images is taken', async () => {
    const { text } = await person.ask('/run/doors/');
    const shown = /name="seen" value="([^"]+)"/.exec(text)?.[1] ?? '';
    const other = await person.change('/run/doors/approve', { gate: 'anchor', seen: 'another', pick: '1' });
    assert.match(other.text, /images have changed/);
    const fields = { gate: 'anchor', seen: shown, pick: '1' };
    const both = await Promise.all([1, 2].map(() => dora.change('/run/doors/approve', fields)));
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409]);
    assert.match(both.find(({ status }) => status === 409)?.text ?? '', /already decided/);
    const { stages, timeline } = await rig.client.run('doors').reportData();
    assert.equal(stages[0].chosen, seen[1]);
    assert.ok(timeline.some(({ kind, text }) => kind === 'decision' && text.endsWith('(by dora)')));
  });
});
