import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createComfyClient, type RenderJob } from '../../src/comfyui/index.js';
import { latch, newJob } from './rig.js';

const script = fileURLToPath(new URL('serve.ts', import.meta.url));
const renderMs = 400;

describe('comfyui killed and started again', () => {
  let folder: string;
  let port: number;
  let server: ChildProcess;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'azit-restart-'));
    port = await freePort();
    await start();
  });
  after(async () => {
    server.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });

  async function start(): Promise<void> {
    const args = ['--import', 'tsx', script, String(port), folder, String(renderMs)];
    server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(server.stdout!, 'data');
  }
  async function killAndStart(): Promise<void> {
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
    await start();
  }
  const clientOf = () =>
    createComfyClient({ baseUrl: `http://127.0.0.1:${port}`, timeouts: { unreachableMs: 30_000 } });
  const jobs = (): RenderJob[] => [11, 12, 13, 14].map((seed) => newJob({ seed }, `restart-${seed}`));
  async function renderAll(onFirstRunning: () => void): Promise<Map<string, string>> {
    const client = clientOf();
    const found = new Map<string, string>();
    const onProgress = ({ state }: { state: string }): void => (state === 'running' ? onFirstRunning() : undefined);
    for await (const { job, image } of client.renderAll(jobs(), { onProgress })) found.set(job.promptId, image.sha256);
    await client.close();
    return new Map([...found].sort());
  }

  it('gives the same pictures after kill -9 in mid-render, with the same ids', async () => {
    const undisturbed = await renderAll(() => {});
    await killAndStart();
    const running = latch();
    const disturbed = renderAll(running.open);
    await running.opened;
    await killAndStart();
    assert.deepEqual(await disturbed, undisturbed);
  });

  it('says that nothing can be reached when the server stays away, and a later attempt goes on', async () => {
    const client = createComfyClient({ baseUrl: `http://127.0.0.1:${port}`, timeouts: { unreachableMs: 300 } });
    const running = latch();
    const job = newJob();
    const attempt = client.render(job, {
      onProgress: ({ state }) => (state === 'running' ? running.open() : undefined),
    });
    const rejected = assert.rejects(attempt, { kind: 'unreachable', retryable: true });
    await running.opened;
    server.kill('SIGKILL');
    await rejected;
    await start();
    assert.equal((await client.find(job.promptId)).kind, 'lost');
    assert.ok((await client.render(job)).bytes.length > 0);
    await client.close();
  });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
