import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createServer as createSecureless, type ServerHttp2Session } from 'node:http2';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { azit } from '../support/command.js';
import { temporaryFolder } from '../support/folder.js';
import { sharedTemporal, stopSharedTemporal } from '../support/temporal.js';

const project = 'name: mina\nanchor: { prompt: a woman, candidates: 1 }\n';

const commands = [
  ['status'],
  ['status', 'mina'],
  ['start', 'azit.yaml'],
  ['run', 'azit.yaml'],
  ['watch', 'mina'],
  ['cancel', 'mina'],
  ['report', 'mina', '--out', 'report'],
  ['worker', '--role', 'pipeline'],
];

describe('a configured Temporal that can not be used', function () {
  this.timeout(240_000);
  after(stopSharedTemporal);

  async function endsInASentence(env: NodeJS.ProcessEnv, sentence: RegExp, of = commands): Promise<void> {
    const folder = await temporaryFolder({ 'azit.yaml': project });
    for (const words of of) {
      const { code, stderr, stdout } = await azit(folder, words, env);
      assert.deepEqual([code, stdout], [4, ''], `${words.join(' ')}: ${stderr}`);
      assert.match(stderr, sentence, words.join(' '));
      const [, fix, ...more] = stderr.trim().split('\n');
      assert.deepEqual([fix.slice(0, 5), more], ['fix: ', []], `${words.join(' ')}: ${stderr}`);
    }
  }

  it('for want of its namespace ends each command in one sentence, and a worker too', async () => {
    const { address } = await sharedTemporal();
    const env = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'mine' };
    await endsInASentence(env, /^Temporal at \S+ has no namespace 'mine': .*TEMPORAL_NAMESPACE/);
    const { code, stdout } = await azit(await temporaryFolder(), ['doctor'], env);
    assert.equal(code, 4);
    assert.match(stdout, /missing {2}Temporal \(configured\): Temporal at .* has no namespace 'mine'/);
  });

  it('because a web server answers there, or it speaks no TLS, is told so', async () => {
    const web = createServer((_, response) => response.end('<html>')).listen(0, '127.0.0.1');
    await once(web, 'listening');
    const { port } = web.address() as AddressInfo;
    const { address } = await sharedTemporal();
    const few = [['status'], ['worker', '--role', 'pipeline']];
    const sentence = /^The server at \S+ is not a Temporal server: .*TEMPORAL_TLS/;
    await Promise.all([
      endsInASentence({ TEMPORAL_ADDRESS: `127.0.0.1:${port}` }, sentence, few),
      endsInASentence({ TEMPORAL_ADDRESS: address, TEMPORAL_TLS: 'true' }, sentence, few),
    ]);
    web.close();
  });

  it('because it grants nothing to these credentials, from the first call on or after it, is told so', async () => {
    const few = [['status'], ['start', 'azit.yaml'], ['worker', '--role', 'pipeline']];
    for (const denies of [/./, /^(?!.*GetSystemInfo)/]) {
      const door = await startDenying(denies);
      const env = { TEMPORAL_ADDRESS: door.address, TEMPORAL_API_KEY: 'a-key', TEMPORAL_TLS: 'false' };
      await endsInASentence(env, /^Temporal at \S+ denies .*permission/, few);
      const { code, stdout } = await azit(await temporaryFolder(), ['doctor'], env);
      assert.equal(code, 4);
      assert.match(stdout, /missing {2}Temporal \(configured\): Temporal at .*permission/);
      assert.doesNotMatch(stdout, /a-key/);
      door.close();
    }
  });

  it('because its address is a URL is told so, not that nothing answers there', async () => {
    const env = { TEMPORAL_ADDRESS: 'http://127.0.0.1:7233' };
    await endsInASentence(env, /^Temporal's address 'http:\/\/127\.0\.0\.1:7233' is a URL: give host:port/, [
      ['status'],
    ]);
  });

  it('because its settings can not be read is told so', async () => {
    const few = [['status'], ['worker', '--role', 'pipeline']];
    const env = { TEMPORAL_ADDRESS: '127.0.0.1:1', TEMPORAL_PROFILE: 'nowhere' };
    await endsInASentence(env, /^Temporal's settings can't be read: .*nowhere/, few);
  });
});

/** gRPC on a real socket, as a server whose authorizer says no: PERMISSION_DENIED (7), other calls an empty message. */
async function startDenying(denies: RegExp): Promise<{ address: string; close(): void }> {
  const server = createSecureless();
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream, headers) => {
    stream.resume();
    const opened = { ':status': 200, 'content-type': 'application/grpc' };
    if (denies.test(String(headers[':path'])))
      return stream.respond(
        { ...opened, 'grpc-status': 7, 'grpc-message': 'Request unauthorized.' },
        { endStream: true },
      );
    stream.respond(opened, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': 0 }));
    stream.end(Buffer.alloc(5));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = (): void => {
    server.close();
    for (const session of sessions) session.destroy();
  };
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}
