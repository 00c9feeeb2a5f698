import assert from 'node:assert/strict';
import { describeContract } from './server.js';

describeContract('what it says of itself', (server) => {
  it('/system_stats tells a version that clients can gate on, and its devices', async () => {
    const { system, devices } = await server().json('/system_stats');
    assert.match(system.comfyui_version, /^\d+\.\d+\.\d+/);
    assert.ok(Array.isArray(system.argv) && system.ram_total > 0 && system.ram_free > 0);
    for (const key of ['os', 'python_version', 'pytorch_version', 'required_frontend_version', 'embedded_python'])
      assert.ok(key in system, key);
    const keys = ['name', 'type', 'index', 'vram_total', 'vram_free', 'torch_vram_total', 'torch_vram_free'];
    for (const device of devices) assert.deepEqual(Object.keys(device), keys);
    assert.ok(devices.length > 0);
  });

  it('/features tells the largest upload', async () => {
    const features = await server().json('/features');
    assert.equal(typeof features.max_upload_size, 'number');
    assert.equal(features.supports_preview_metadata, true);
    const keys = ['assets', 'extension', 'node_replacements', 'supports_model_type_tags'];
    for (const key of keys) assert.equal(key in features, server().since('0.28.0'), key);
  });

  it('every route but the internal ones has a twin under /api', async () => {
    for (const route of [
      '/prompt',
      '/queue',
      '/history',
      '/system_stats',
      '/features',
      '/models',
      '/object_info',
      '/embeddings',
    ]) {
      assert.equal((await server().get(route)).status, 200, route);
      assert.equal((await server().get(`/api${route}`)).status, 200, `/api${route}`);
    }
    assert.equal((await server().get('/internal/logs/raw')).status, 200);
    assert.equal((await server().get('/api/internal/logs/raw')).status, 404);
  });

  it('JSON says that it is JSON', async () => {
    const reply = await server().get('/queue');
    assert.equal(reply.headers.get('content-type'), 'application/json; charset=utf-8');
  });

  it('/object_info shows a class as ComfyUI does, and {} for one it lacks', async () => {
    const info = await server().json('/object_info/KSampler');
    const { KSampler } = info;
    assert.deepEqual(Object.keys(info), ['KSampler']);
    assert.equal(choices(KSampler.input.required.sampler_name)[0], 'euler');
    assert.deepEqual(KSampler.input_order.required.slice(0, 4), ['model', 'seed', 'steps', 'cfg']);
    assert.deepEqual([KSampler.output, KSampler.output_node, KSampler.python_module], [['LATENT'], false, 'nodes']);
    assert.equal(KSampler.input.required.seed[1].min, 0);
    assert.equal(KSampler.input.required.seed[1].max, 2 ** 64);
    const { CheckpointLoaderSimple } = await server().json('/object_info');
    assert.ok(choices(CheckpointLoaderSimple.input.required.ckpt_name).includes(server().checkpoint));
    const { SaveImage } = await server().json('/object_info/SaveImage');
    assert.deepEqual([SaveImage.output, SaveImage.output_node], [server().since('0.25.0') ? ['IMAGE'] : [], true]);
    const nope = await server().get('/object_info/Nope');
    assert.deepEqual([nope.status, await nope.json()], [200, {}]);
  });

  it('the classes that graphs of a checkpoint need have the inputs they are written with', async () => {
    const wanted: Record<string, string[]> = {
      CheckpointLoaderSimple: ['ckpt_name'],
      CLIPTextEncode: ['text', 'clip'],
      EmptySD3LatentImage: ['width', 'height', 'batch_size'],
      EmptyLatentImage: ['width', 'height', 'batch_size'],
      KSampler: [
        'model',
        'seed',
        'steps',
        'cfg',
        'sampler_name',
        'scheduler',
        'positive',
        'negative',
        'latent_image',
        'denoise',
      ],
      VAEDecode: ['samples', 'vae'],
      VAEEncode: ['pixels', 'vae'],
      LoraLoader: ['model', 'clip', 'lora_name', 'strength_model', 'strength_clip'],
      LoraLoaderModelOnly: ['model', 'lora_name', 'strength_model'],
      LoadImage: ['image'],
      ImageScale: ['image', 'upscale_method', 'width', 'height', 'crop'],
      ImageInvert: ['image'],
      EmptyImage: ['width', 'height', 'batch_size', 'color'],
      PreviewImage: ['images'],
      SaveImage: ['images', 'filename_prefix'],
      UNETLoader: ['unet_name', 'weight_dtype'],
    };
    const info = await server().json('/object_info');
    for (const [name, inputs] of Object.entries(wanted))
      assert.deepEqual(Object.keys(info[name].input.required), inputs, name);
    assert.deepEqual(Object.keys(info.ReferenceLatent.input.optional), ['latent']);
    const methods = ['nearest-exact', 'bilinear', 'area', 'bicubic', 'lanczos'];
    assert.deepEqual(choices(info.ImageScale.input.required.upscale_method), methods);
  });

  it('/models lists folders and files, and 404s a folder that does not exist', async () => {
    const folders = (await server().json('/models')) as string[];
    for (const name of ['checkpoints', 'loras', 'vae', 'text_encoders', 'diffusion_models', 'controlnet'])
      assert.ok(folders.includes(name), name);
    assert.ok((await server().json('/models/checkpoints')).includes(server().checkpoint));
    const reply = await server().get('/models/nope');
    assert.deepEqual([reply.status, await reply.text()], [404, '']);
  });

  it('assets are served, switched off and saying so, or unknown, as /features has it', async () => {
    const { assets } = await server().json('/features');
    const reply = await server().get('/api/assets');
    assert.equal(reply.status, assets === undefined ? 404 : assets ? 200 : 503);
    if (reply.status === 503)
      assert.equal(((await reply.json()) as { error: { code: string } }).error.code, 'SERVICE_DISABLED');
  });

  it('what is not there is a 404 to GET, a 405 to POST', async () => {
    for (const route of ['/nope', '/free', '/history/x/y', '/api/nope']) {
      const { status, headers } = await server().get(route);
      assert.deepEqual([status, headers.get('content-type')], [404, 'application/octet-stream'], route);
    }
    for (const route of ['/nope', '/history/x', '/system_stats']) {
      const reply = await server().post(route, {});
      assert.deepEqual([reply.status, await reply.text()], [405, '405: Method Not Allowed'], route);
    }
  });
});

/** A choice's options, in either spelling. */
function choices([type, options]: [string | string[], { options?: string[] }?]): string[] {
  return Array.isArray(type) ? type : (options?.options ?? []);
}
