import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { startSandboxComfy, type SandboxComfy } from '../../src/sandbox/comfyui/index.js';
import { FaultProxy } from '../comfyui/fault-proxy.js';
import { azit } from '../support/command.js';
import { temporaryFolder } from '../support/folder.js';

describe('azit doctor --comfyui', () => {
  let folder: string;
  let server: SandboxComfy;
  before(async () => {
    folder = await temporaryFolder();
    server = await startSandboxComfy({ port: 0, baseDirectory: folder });
  });
  after(() => server.close());

  it('says version, memory, what can be served, and for the rest the very node, file and folder', async () => {
    const before = await readdir(folder, { recursive: true });
    const { code, stdout } = await azit(folder, ['doctor', '--comfyui', server.url]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^ok +ComfyUI: version 0\.33\.0, http:\/\/127\S+$/m);
    assert.match(stdout, /^ok +.*: \d+\.\d GiB of memory, \d+\.\d GiB free$/m);
    assert.match(stdout, /^ok +sandbox: can be served$/m);
    assert.match(
      stdout,
      /^missing +sdxl: the file sd_xl_base_1\.0\.safetensors in models\/checkpoints \(under another name: --model-file sdxl\.checkpoint=NAME\)$/m,
    );
    assert.match(
      stdout,
      /^missing +flux1-dev: .*the file flux1-dev\.safetensors in models\/diffusion_models.*the node FluxGuidance/m,
    );
    assert.match(stdout, /^missing +qwen-image: .*multiple-angles-lora\.safetensors in models\/loras/m);
    assert.deepEqual(await readdir(folder, { recursive: true }), before);
  });

  it("does not call the sandbox's family missing on a server that is none", async () => {
    const proxy = await FaultProxy.start(server.url);
    const loader = {
      input: { required: { ckpt_name: [['v1-5-pruned-emaonly-fp16.safetensors'], {}] } },
      output: ['MODEL', 'CLIP', 'VAE'],
    };
    const body = JSON.stringify({ CheckpointLoaderSimple: loader });
    proxy.plant(/object_info\/CheckpointLoaderSimple/, { do: 'answer', status: 200, body }, 99);
    const { code, stdout } = await azit(folder, ['doctor', '--comfyui', proxy.url]);
    await proxy.close();
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^ok +sd15: can be served$/m);
    assert.doesNotMatch(stdout, /sandbox/);
  });

  it("takes the server's own names for model files, and names the roles that there are", async () => {
    const asked = ['doctor', '--comfyui', server.url, '--model-file'];
    const { stdout } = await azit(folder, [...asked, 'sd3.checkpoint=sandbox.safetensors']);
    assert.match(stdout, /^ok +sd3: can be served \(.*License.*\)$/m);
    assert.match(stdout, /^missing +sdxl: /m);
    const wrong = await azit(folder, [...asked, 'sd3.checkpiont=sandbox.safetensors']);
    assert.equal(wrong.code, 2);
    assert.match(
      wrong.stderr,
      /'sd3\.checkpiont'.*sd3 has checkpoint, base; flux1-dev has diffusion-model, edit-model/,
    );
  });

  it('checks the families and editors that are named, all of which are to be there, and no others', async () => {
    const asked = (...names: string[]) => azit(folder, ['doctor', '--comfyui', server.url, '--family', ...names]);
    const one = await asked('sandbox');
    assert.equal(one.code, 0, one.stdout);
    assert.equal(one.stdout.match(/: can be served|^missing/gm)?.length, 1);
    const both = await asked('sandbox', 'klein-4b');
    assert.equal(both.code, 4, both.stdout);
    assert.match(both.stdout, /^missing +editor klein-4b: /m);
    assert.doesNotMatch(both.stdout, /sdxl/);
    const none = await asked('no-such');
    assert.deepEqual([none.code, none.stdout], [2, '']);
    assert.match(none.stderr, /There is no model family 'no-such'/);
  });

  it('says which version a family needs on a server that is older, whatever nodes it has', async () => {
    const old = await startSandboxComfy({ port: 0, baseDirectory: await temporaryFolder(), version: '0.3.64' });
    const { stdout } = await azit(folder, ['doctor', '--comfyui', old.url]);
    await old.close();
    assert.match(stdout, /^missing +qwen-image-2512: ComfyUI 0\.4\.0 or later \(this is 0\.3\.64\): .*LoRAs/m);
    assert.doesNotMatch(stdout, /^missing +sdxl: ComfyUI/m);
  });

  it('lists the families with what the server has of them', async () => {
    const { code, stdout } = await azit(folder, ['models', 'families', '--comfyui', server.url]);
    assert.equal(code, 0);
    assert.match(stdout, /^krea2: trained on krea\/Krea-2-Raw, rendered by krea\/Krea-2-Turbo$/m);
    assert.match(stdout, /^ +licence of krea\/Krea-2-Raw: Krea 2 Community License\..*Accept it at/m);
    assert.match(stdout, /^ +missing +diffusion-model +models\/diffusion_models\/krea2_turbo\S+ +12\.24 GB +https:/m);
    assert.match(stdout, /^flux2-klein-9b \(model: flux2-klein, edition 9b\)/m);
  });

  it('gives the same to a program', async () => {
    const { stdout } = await azit(folder, ['doctor', '--comfyui', server.url, '--json']);
    const { ok, families } = JSON.parse(stdout) as { ok: boolean; families: { family: string; missing: unknown[] }[] };
    assert.equal(ok, true);
    assert.deepEqual(families.find(({ family }) => family === 'sd15')?.missing, [
      {
        kind: 'file',
        node: 'CheckpointLoaderSimple',
        file: 'v1-5-pruned-emaonly-fp16.safetensors',
        folder: 'models/checkpoints',
      },
    ]);
  });

  it('says in a sentence that nobody answers, or that the address is none', async () => {
    const gone = await azit(folder, ['doctor', '--comfyui', 'http://127.0.0.1:1']);
    assert.equal(gone.code, 4);
    const once = 'No ComfyUI is reachable at http://127.0.0.1:1 (ECONNREFUSED). Check that the server is running';
    assert.ok(gone.stdout.startsWith(`missing  ComfyUI: ${once} and reachable, then`), gone.stdout);
    const typo = await azit(folder, ['doctor', '--comfyui', 'localhost']);
    assert.equal(typo.code, 2);
    assert.match(typo.stderr, /'localhost' is not the URL of a ComfyUI server/);
  });
});
