import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { Embedded, embeddedHome, type EmbeddedHome } from '../../src/embedded/index.js';
import { answers } from '../../src/embedded/ports.js';
import { listProcesses } from '../../src/machine/processes.js';
import { escapeMarkdown } from '../../src/text/markdown.js';
import { detailsOf } from '../../src/workflows/details.js';
import type { RunStatus } from '../../src/run/messages.js';
import { temporaryFolder } from '../support/folder.js';
import { listeningPorts } from '../support/listening-ports.js';
import { until } from '../support/until.js';

interface Asked {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** As a browser could send it: fetch would not let us choose Host, Origin and Sec-Fetch-Site. */
async function ask(port: number, { method = 'GET', path = '/', headers = {}, body }: Asked) {
  const asked = request({ host: '127.0.0.1', port, method, path, headers });
  asked.end(body);
  const [reply] = (await once(asked, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of reply) chunks.push(chunk as Buffer);
  return { status: reply.statusCode, headers: reply.headers, body: Buffer.concat(chunks).toString() };
}

const namespaces = '/api/v1/namespaces';
const startOf = (id: string) => `${namespaces}/default/workflows/${id}`;
const start = JSON.stringify({ workflowType: { name: 'pipeline' }, taskQueue: { name: 'azit' } });
const crossSite = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'empty' };

describe('web pages before the embedded Temporal', function () {
  this.timeout(120_000);
  let home: EmbeddedHome;
  let embedded: Embedded;
  let said: string;

  before(async () => {
    home = embeddedHome(join(await temporaryFolder(), '.azit'));
    embedded = await Embedded.open({ home, needs: 'server', notify: () => undefined });
    // Told when it serves all that it serves.
    await until('the server has told its ports', async () => {
      said = await readFile(join(home.logs, 'temporal.log'), 'utf8');
      return /Temporal Metrics: .*\n/.test(said);
    });
    // Where the UI started first, it tries the server again only after a second.
    await until('the UI has reached the server', async () => {
      return (await ask(uiPort(), { path: namespaces, headers: { host: own() } })).status === 200;
    });
  });
  after(() => embedded.close());

  const uiPort = () => Number(new URL(embedded.uiUrl).port);
  const own = () => `127.0.0.1:${uiPort()}`;

  async function isStarted(workflowId: string): Promise<boolean> {
    const connection = await Connection.connect({ address: embedded.address });
    const execution = { workflowId };
    const described = connection.workflowService.describeWorkflowExecution({ namespace: 'default', execution });
    return await described.then(
      () => true,
      () => false,
    );
  }

  it('start a workflow or read one by a text/plain post to any port of the server', async function () {
    if (process.platform !== 'linux') this.skip();
    const server = (await listProcesses()).find(
      ({ command }) => command.includes(home.database) && !command.includes('azit-guard'),
    );
    const ports = await listeningPorts(server?.pid as number);
    assert.ok(ports.length >= 4, ports.join());
    const told: string[] = [];
    for (const port of ports)
      for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `evil.test:${port}`]) {
        const headers = { host, origin: 'http://evil.test', 'content-type': 'text/plain' };
        const post = await ask(port, { method: 'POST', path: startOf('by-page'), headers, body: start }).catch(
          () => null,
        );
        const read = await ask(port, { path: namespaces, headers: { host } }).catch(() => null);
        told.push(...[post, read].map((reply) => `${reply?.status ?? 'no HTTP'} ${reply?.body.includes('runId')}`));
      }
    assert.ok(told.includes('403 false'), 'the HTTP port is among them');
    assert.deepEqual(
      told.filter((one) => one.startsWith('200')),
      [],
    );
    assert.equal(await isStarted('by-page'), false);
  });

  it("read or change runs through Temporal's UI by a name of their own, or from another origin", async () => {
    const foreign: Record<string, string>[] = [
      { host: `evil.test:${uiPort()}` },
      { host: 'evil.test', origin: 'http://evil.test' },
      { host: own(), origin: 'null' },
      { host: own(), origin: 'http://127.0.0.1:3000' },
      { host: own(), origin: 'http://evil.test' },
      { host: own(), ...crossSite },
      { host: own(), ...crossSite, 'sec-fetch-site': 'same-site' },
      { host: own(), ...crossSite, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    ];
    for (const headers of foreign) {
      const reply = await ask(uiPort(), { path: namespaces, headers });
      assert.deepEqual([reply.status, reply.body.includes('default')], [403, false], JSON.stringify(headers));
    }
  });

  it("find the UI's own port on the address that names are turned to", async function () {
    const [, ip, port] = /Temporal UI: +http:\/\/([\d.]+):(\d+)/.exec(said) ?? [];
    // Only Linux takes all of 127/8 for this machine.
    if (process.platform !== 'linux') this.skip();
    assert.notEqual(ip, '127.0.0.1');
    assert.equal(await answers(Number(port)), false);
  });

  it('get a reply of the gRPC port, which speaks HTTP/2 by prior knowledge alone', async () => {
    const socket = connect(Number(embedded.address.split(':')[1]), '127.0.0.1');
    socket.write(
      `POST /temporal.api.workflowservice.v1.WorkflowService/ListNamespaces HTTP/1.1\r\nHost: 127.0.0.1\r\n` +
        `Content-Type: text/plain\r\nContent-Length: ${start.length}\r\n\r\n${start}`,
    );
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    // It may be reset.
    socket.on('error', () => undefined);
    await new Promise((closed) => socket.once('close', closed));
    assert.ok(!Buffer.concat(chunks).toString('latin1').startsWith('HTTP/'));
  });

  it("come alive in Temporal's UI: the HTML, links, images and headings of a foreign text in a run's details", async () => {
    const foreign =
      '<b>b</b> <img src=x> ![i](http://evil.test/i.png) [a](http://evil.test) <http://evil.test> http://evil.test ' +
      'mailto:a@evil.test **s** __s__ ~~s~~ `c` $m$ &copy; {namespace} a|b \\[a](http://evil.test)\n\n# h\n- l\n1. l' +
      '\n> q\n\n```\nc\n```\nh\n===\n\u202e\u0007';
    const shown = async (content: string) =>
      /<main>\s*(.*?)\s*<\/main>/s.exec(
        (await ask(uiPort(), { path: `/render?content=${encodeURIComponent(content)}`, headers: { host: own() } }))
          .body,
      )?.[1] as string;
    const told = { name: foreign, model: 'sandbox', state: 'needs-help', stages: [], training: null, sweep: [] };
    const asked = { help: { stage: 'sweep', text: foreign, cure: foreign }, waitingFor: { text: foreign } };
    const status = { ...told, ...asked, baseline: null, choice: { step: 1, reason: foreign } };
    const ofRun = await shown(detailsOf(status as unknown as RunStatus));
    // What AZIT itself writes.
    const tags = (ofRun.match(/<[a-z][^>]*>/g) ?? []).filter(
      (tag) => !/^<(p|strong|table|thead|tbody|tr|th|td)>$/.test(tag),
    );
    assert.deepEqual(tags, []);
    const summary = await shown(escapeMarkdown(foreign));
    assert.match(summary, /^<p>[^<>]*<\/p>$/);
    assert.match(summary, /!\[i\]\(http:\/\/evil\.test\/i\.png\) .*\{namespace\} a\|b .* # h - l 1\. l/);
  });

  it('are all that is refused: people open the UI, follow a link to it, tunnel to it, and end a run in it', async () => {
    const host = own();
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    const tunnel = { host: 'localhost:9000', 'sec-fetch-site': 'same-origin', origin: 'http://localhost:9000' };
    for (const headers of [{ host }, { host, ...link }, tunnel] as Record<string, string>[])
      assert.equal((await ask(uiPort(), { headers })).status, 200);
    const first = await ask(uiPort(), { path: namespaces, headers: { host } });
    const [, token] = /_csrf=([^;]+)/.exec(String(first.headers['set-cookie'])) ?? [];
    const headers = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin', cookie: `_csrf=${token}` };
    const post = { method: 'POST', headers: { ...headers, 'x-csrf-token': token, 'content-type': 'application/json' } };
    assert.equal((await ask(uiPort(), { ...post, path: startOf('by-person'), body: start })).status, 200);
    const ended = await ask(uiPort(), { ...post, path: `${startOf('by-person')}/terminate`, body: '{}' });
    assert.equal(ended.status, 200);
  });
});
