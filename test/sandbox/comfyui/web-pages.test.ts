import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { comfyVersions } from '../../../src/sandbox/comfyui/dialect.js';
import { startSandboxComfy, type SandboxComfy } from '../../../src/sandbox/comfyui/index.js';
import { temporaryFolder } from '../../comfyui/contract/server.js';

type Headers = Record<string, string>;

/** As a browser could send it: fetch would not let us choose Host, Origin and Sec-Fetch-Site. */
async function statuses(port: number, headers: Headers): Promise<number[]> {
  const options = { host: '127.0.0.1', port, headers, agent: false };
  const told: number[] = [];
  for (const [method, path] of ['GET /system_stats', 'POST /queue', 'OPTIONS /prompt'].map((one) => one.split(' '))) {
    const asked = request({ ...options, method, path }).end(method === 'POST' ? '{}' : undefined);
    const [reply] = (await once(asked, 'response')) as [IncomingMessage];
    reply.resume();
    told.push(reply.statusCode as number);
  }
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
  const key = { 'sec-websocket-key': Buffer.alloc(16).toString('base64') };
  const asked = request({ ...options, path: '/ws', headers: { ...headers, ...upgrade, ...key } }).end();
  const [reply, socket] = (await Promise.race([once(asked, 'upgrade'), once(asked, 'response')])) as [
    IncomingMessage,
    Duplex?,
  ];
  (socket ?? reply).destroy();
  return [...told, reply.statusCode as number];
}

const refused = [403, 403, 403, 403];
const letIn = [200, 200, 200, 101];
const navigation = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' };

for (const version of comfyVersions)
  describe(`web pages before the sandbox's ComfyUI ${version}`, () => {
    let base: string;
    let near: SandboxComfy;
    let far: SandboxComfy;
    before(async () => {
      base = await temporaryFolder();
      near = await startSandboxComfy({ port: 0, baseDirectory: `${base}/near`, version });
      far = await startSandboxComfy({ port: 0, host: '0.0.0.0', baseDirectory: `${base}/far`, version });
    });
    after(async () => {
      await Promise.all([near.close(), far.close()]);
      await rm(base, { recursive: true, force: true });
    });

    it('reach it by a name of their own, from another origin, or from another site', async () => {
      const port = Number(new URL(near.url).port);
      const host = `127.0.0.1:${port}`;
      const foreign: Headers[] = [
        { host: `evil.test:${port}` },
        { host: 'localhost.evil.test', origin: 'http://localhost.evil.test' },
        { host, origin: 'null' },
        { host, origin: 'http://evil.test' },
        { host, origin: 'http://127.0.0.1:3000' },
        { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
        { host, 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' },
        { host, 'sec-fetch-site': 'cross-site', ...navigation },
      ];
      for (const headers of foreign) assert.deepEqual(await statuses(port, headers), refused, JSON.stringify(headers));
    });

    it('are all that is refused: a program, a tunnel and a page of its own are let in', async () => {
      const port = Number(new URL(near.url).port);
      const own: Headers[] = [
        { host: `127.0.0.1:${port}` },
        { host: 'localhost:9000' },
        { host: `[::1]:${port}`, origin: `http://[::1]:${port}`, 'sec-fetch-site': 'same-origin' },
      ];
      for (const headers of own) assert.deepEqual(await statuses(port, headers), letIn, JSON.stringify(headers));
    });

    it('are refused as a ComfyUI refuses them where it listens beyond this machine', async () => {
      const port = Number(new URL(far.url).port);
      const service = { host: 'sandbox-comfyui:8188' };
      assert.deepEqual(await statuses(port, service), letIn);
      assert.deepEqual(await statuses(port, { host: `127.0.0.1:${port}`, origin: 'http://evil.test' }), refused);
      const crossSite = await statuses(port, { ...service, 'sec-fetch-site': 'cross-site' });
      assert.deepEqual(crossSite, version === '0.3.64' ? letIn : refused);
    });
  });
