import assert from 'node:assert/strict';
import { startSandboxComfy } from '../../../src/sandbox/comfyui/index.js';
import { plainGraph, temporaryFolder, useServer } from './fixture.js';

describe('sandbox ComfyUI: what it says of itself', () => {
  const server = useServer({ fixedRenderMs: 1 });

  it('/system_stats tells a version that clients can gate on', async () => {
    const { system, devices } = await server().json('/system_stats');
    assert.equal(system.comfyui_version, '0.33.0');
    assert.ok(Array.isArray(system.argv) && system.ram_total > 0);
    assert.deepEqual([devices.length, devices[0].type, devices[0].index], [1, 'cpu', null]);
  });

  it('every route but the internal ones has a twin under /api', async () => {
    for (const route of ['/prompt', '/queue', '/history', '/system_stats', '/features', '/models', '/object_info']) {
      assert.equal((await server().get(route)).status, 200, route);
      assert.equal((await server().get(`/api${route}`)).status, 200, `/api${route}`);
    }
    assert.equal((await server().get('/internal/logs/raw')).status, 200);
    assert.equal((await server().get('/api/internal/logs/raw')).status, 404);
  });

  it('/object_info shows a class as ComfyUI does, and {} for one it lacks', async () => {
    const { KSampler } = await server().json('/object_info/KSampler');
    assert.equal(KSampler.input.required.sampler_name[0][0], 'euler');
    assert.deepEqual(KSampler.input_order.required.slice(0, 4), ['model', 'seed', 'steps', 'cfg']);
    assert.deepEqual([KSampler.output, KSampler.output_node, KSampler.python_module], [['LATENT'], false, 'nodes']);
    const { CheckpointLoaderSimple } = await server().json('/object_info');
    assert.deepEqual(CheckpointLoaderSimple.input.required.ckpt_name[0], ['sandbox.safetensors']);
    const nope = await server().get('/object_info/Nope');
    assert.deepEqual([nope.status, await nope.json()], [200, {}]);
  });

  it('/models lists folders and files, and 404s a folder that does not exist', async () => {
    assert.ok((await server().json('/models')).includes('loras'));
    assert.deepEqual(await server().json('/models/checkpoints'), ['sandbox.safetensors']);
    assert.equal((await server().get('/models/nope')).status, 404);
  });

  it('assets are switched off, and say so', async () => {
    const reply = await server().get('/api/assets');
    assert.equal(reply.status, 503);
    assert.equal(((await reply.json()) as { error: { code: string } }).error.code, 'SERVICE_DISABLED');
  });

  it('the log keeps the last 300 writes only', async () => {
    for (let i = 0; i < 160; i++) await server().run(plainGraph('log/x', i));
    const { entries } = await server().json('/internal/logs/raw');
    assert.equal(entries.length, 300);
    assert.match(entries.at(-1).m, /^Prompt executed in \d+\.\d\d seconds\n$/);
  });

  it('a port that is taken is refused at once, and leaves nothing running', async () => {
    const port = Number(new URL(server().url).port);
    const baseDirectory = await temporaryFolder();
    await assert.rejects(startSandboxComfy({ port, baseDirectory }), { code: 'EADDRINUSE' });
  });
});
