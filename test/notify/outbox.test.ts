import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { NotifySettingError, Outbox, readNotifySettings, type NotifySettings } from '../../src/notify/index.js';
import type { Notice } from '../../src/run/notice.js';
import { temporaryFolder } from '../support/folder.js';
import { until } from '../support/until.js';
import { SmtpListener } from './smtp-listener.js';

const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const notice: Notice = {
  ...{ id: 'mina-abc-1', kind: 'needs-help', at: new Date().toISOString() },
  run: { id: 'mina', name: '미나', model: 'sandbox' },
  ...{ text: 'The disk is full.', fix: 'Free some space, then resume.' },
};

describe('a notification', () => {
  let folder: string;
  let server: Server;
  let base: string;
  let received: { url: string; headers: IncomingHttpHeaders; body: string }[];
  let answers: number[];
  let told: string[];
  const open: Outbox[] = [];

  beforeEach(async () => {
    [received, answers, told] = [[], [], []];
    folder = await temporaryFolder();
    server = createServer((request, reply) => {
      void text(request).then((body) => {
        received.push({ url: request.url ?? '', headers: request.headers, body });
        reply.statusCode = answers.shift() ?? 204;
        if (reply.statusCode === 302) reply.setHeader('location', '/elsewhere');
        reply.end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    for (const outbox of open.splice(0)) await outbox.close();
    server.close();
  });

  const outboxOf = (notify: Partial<NotifySettings['notify'][number]>[]): Outbox => {
    const settings = { studio: 'https://studio.example.com', notify: notify as NotifySettings['notify'] };
    const outbox = new Outbox({
      folder: join(folder, 'outbox'),
      settings,
      onTrouble: (line) => told.push(line),
      firstRetryMs: 5,
    });
    open.push(outbox);
    return outbox;
  };
  const on: Notice['kind'][] = ['needs-help', 'waiting', 'done', 'failed'];
  const left = async (): Promise<string[]> => await readdir(join(folder, 'outbox')).catch(() => []);

  it('by webhook is not signed, or comes twice where it is told twice', async () => {
    const outbox = outboxOf([{ webhook: `${base}/hook`, secret, on }]);
    await outbox.put(notice);
    await outbox.put(notice);
    await until('it is sent', async () => received.length > 0 && (await left()).length === 0);
    const [{ headers, body }] = received;
    const signed = `${headers['webhook-id'] as string}.${headers['webhook-timestamp'] as string}.${body}`;
    const expected = createHmac('sha256', Buffer.alloc(24, 7)).update(signed).digest('base64');
    assert.equal(headers['webhook-signature'], `v1,${expected}`);
    assert.equal(headers['webhook-id'], notice.id);
    const { type, data } = JSON.parse(body) as { type: string; data: Notice & { link: string } };
    assert.deepEqual([type, data.link], ['run.needs-help', 'https://studio.example.com/run/mina/']);
    assert.equal(received.length, 1);
  });

  it('that meets a server that fails is not tried again, or follows a redirect with what it carries', async () => {
    answers = [503, 429, 200];
    await outboxOf([{ webhook: `${base}/hook`, secret, on }]).put(notice);
    await until('it is sent', async () => received.length === 3 && (await left()).length === 0);
    assert.equal(told.length, 1);
    answers = [302];
    await outboxOf([{ webhook: `${base}/moved`, secret, on }]).put({ ...notice, id: 'other' });
    await until('it is given up', async () => (await left()).length === 0);
    assert.ok(received.every(({ url }) => url !== '/elsewhere'));
    assert.match(told.at(-1) ?? '', /answered 302/);
  });

  it('is lost with its worker, or what a worker leaves names an address or a password', async () => {
    answers = Array.from({ length: 100 }, () => 503);
    const first = outboxOf([{ webhook: `${base}/hook`, secret, on }]);
    await first.put(notice);
    await until('it was tried', () => received.length > 0);
    await first.close();
    const [name, ...others] = await left();
    assert.deepEqual(others, []);
    const kept = await readFile(join(folder, 'outbox', name), 'utf8');
    assert.ok(!kept.includes(secret) && !kept.includes(base));
    answers = [503, 503, 503];
    received = [];
    // Two that share the folder: one sends it.
    const [second, third] = [1, 2].map(() => outboxOf([{ webhook: `${base}/hook`, secret, on }]));
    await Promise.all([second.open(), third.open()]);
    await until('it is sent', async () => (await left()).length === 0);
    await Promise.all([second.close(), third.close()]);
    assert.equal(received.length, 4);
  });

  it('goes to who asked for others, or tells ntfy in a header what no header carries', async () => {
    const outbox = outboxOf([
      { ntfy: `${base}/my-topic`, token: 'tk_1', on: ['needs-help'] },
      { webhook: `${base}/done`, secret, on: ['done'] },
    ]);
    await outbox.put(notice);
    await until('it is sent', async () => received.length > 0 && (await left()).length === 0);
    assert.equal(received.length, 1);
    const [{ url, headers, body }] = received;
    assert.deepEqual([url, headers.authorization], ['/', 'Bearer tk_1']);
    const { topic, title, message } = JSON.parse(body) as Record<string, string>;
    assert.deepEqual([topic, title], ['my-topic', '미나 needs help']);
    assert.match(message, /The disk is full\.\nFix: Free some space/);
  });

  it('by e-mail is lost when the server asks to come again', async () => {
    const listener = new SmtpListener();
    const port = await listener.open();
    listener.refuse = ['451 4.7.1 greylisted'];
    const smtp = { host: '127.0.0.1', port, security: 'none' as const };
    await outboxOf([{ email: 'ada@example.com', from: 'azit@example.com', smtp, on }]).put(notice);
    await until('it came', async () => listener.mails.length > 0 && (await left()).length === 0);
    listener.close();
    assert.equal(listener.mails.length, 1);
    const [{ to, text: mail }] = listener.mails;
    assert.deepEqual(to, ['RCPT TO:<ada@example.com>']);
    assert.match(mail, /^Message-ID: <mina-abc-1@example\.com>$/m);
    assert.match(mail, /^The disk is full\.$/m);
    assert.match(told[0], /451/);
  });

  it('is set up by a file whose mistake is not named, or named with the password in it', async () => {
    const read = async (content: string): Promise<unknown> => {
      const file = join(await temporaryFolder({ 'notify.yaml': content }), 'notify.yaml');
      return await readNotifySettings(file, { HOOK: secret });
    };
    assert.ok(await read(`notify: [{ webhook: "https://example.com/x", secret: $HOOK }]`));
    for (const [content, words] of [
      ['notify: [{ webhook: "https://example.com/x", secret: hunter2 }]', /notify\.0\.secret: .*openssl/],
      ['notify: [{ webhook: "https://ada:hunter2@example.com/x", secret: $HOOK }]', /credentials/],
      ['notify: [{ ntfy: "https://ntfy.sh/x", on: [wait] }]', /notify\.0\.on/],
      ['notify: [{ ntfy: "https://ntfy.sh/x", token: $NOWHERE }]', /variable NOWHERE/],
      ['notify: []', /notify/],
      ['notfy: []', /'notfy' is not a known key; the nearest is 'notify'\. See docs/],
      [
        'notify: [{ webhok: "https://example.com/x", secret: $HOOK }]',
        /'notify\.0\.webhok' .* nearest is 'notify\.0\.webhook'/,
      ],
      ['notify: [{ ntfy: "https://ntfy.sh/x", tokn: hunter2 }]', /'notify\.0\.tokn' .* nearest is 'notify\.0\.token'/],
      ['notify: [{ ntfy: "https://ntfy.sh/x", smtp: hunter2 }]', /'notify\.0\.smtp' .*\(known keys: ntfy, token, on\)/],
      [
        'notify: [{ email: a@example.com, from: a@example.com, smtp: { hots: hunter2 } }]',
        /nearest is 'notify\.0\.smtp\.host'/,
      ],
      [`notify: ${'['.repeat(100_000)}`, /can't be read: it is nested too deeply\.$/],
    ] as const)
      await assert.rejects(read(content), (error: Error) => {
        assert.ok(error instanceof NotifySettingError);
        assert.match(error.message, words);
        assert.ok(!error.message.includes('hunter2'));
        return true;
      });
  });
});
