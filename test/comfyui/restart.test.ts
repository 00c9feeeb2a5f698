import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createComfyClient, type RenderJob } from '../../src/comfyui/index.js';
import type { ComfyVersion } from '../../src/sandbox/comfyui/dialect.js';
import { latch, newJob } from './rig.js';
import { freePort, ServerProcess } from './server-process.js';

const renderMs = 400;

describe('comfyui killed, replaced or misled in mid-render', function () {
  this.timeout(20_000);
  let server: ServerProcess;
  before(async () => {
    server = new ServerProcess(await freePort(), await mkdtemp(join(tmpdir(), 'azit-restart-')), renderMs);
    await server.start();
  });
  after(async () => {
    await server.kill();
    await rm(server.folder, { recursive: true });
  });

  async function startAs(version: ComfyVersion): Promise<void> {
    await server.kill();
    await server.start(version);
  }
  const clientOf = () => createComfyClient({ baseUrl: server.url, timeouts: { unreachableMs: 30_000 } });
  const jobs = (): RenderJob[] => [11, 12, 13, 14].map((seed) => newJob({ seed }, `restart-${seed}`));
  async function renderAll(onFirstRunning: () => void): Promise<Map<string, string>> {
    const client = clientOf();
    const found = new Map<string, string>();
    const onProgress = ({ state }: { state: string }): void => (state === 'running' ? onFirstRunning() : undefined);
    for await (const { job, image } of client.renderAll(jobs(), { onProgress })) {
      assert.ok(image.executionMs >= 0 && image.executionMs < 60_000, `${image.executionMs} ms`);
      found.set(job.promptId, image.sha256);
    }
    await client.close();
    return new Map([...found].sort());
  }
  let undisturbed: Map<string, string>;
  before(async () => (undisturbed = await renderAll(() => {})));

  /** What happens while the first of several prompts runs. */
  const disturbances: [string, ComfyVersion, () => Promise<void> | void][] = [
    ['it is killed', '0.33.0', () => startAs('0.33.0')],
    ['an older version takes its place', '0.33.0', () => startAs('0.3.64')],
    ['a newer version takes its place', '0.3.64', () => startAs('0.33.0')],
    ['its clock is set a day back', '0.33.0', () => server.setClockBack()],
  ];
  for (const [title, first, disturb] of disturbances) {
    it(`gives the same images, with the same ids, when in mid-render ${title}`, async () => {
      await startAs(first);
      const running = latch();
      const disturbed = renderAll(running.open);
      await running.opened;
      await disturb();
      assert.deepEqual(await disturbed, undisturbed);
    });
  }

  it('says that nothing can be reached when the server stays away, and a later attempt goes on', async () => {
    const client = createComfyClient({ baseUrl: server.url, timeouts: { unreachableMs: 300 } });
    const running = latch();
    const job = newJob();
    const attempt = client.render(job, {
      onProgress: ({ state }) => (state === 'running' ? running.open() : undefined),
    });
    const rejected = assert.rejects(attempt, { kind: 'unreachable', type: 'unavailable' });
    await running.opened;
    await server.kill();
    await rejected;
    await server.start();
    assert.equal((await client.find(job.promptId)).kind, 'lost');
    assert.ok((await client.render(job)).bytes.length > 0);
    await client.close();
  });
});
