// A ComfyUI and a trainer load what is handed out: the sandbox's, or the real ones where COMFYUI_URL, COMFYUI_LORAS_DIR,
// AITOOLKIT_DIR, AITOOLKIT_PYTHON and AITOOLKIT_MODEL name them (one model in both dialects: test/real/tiny_sd3.py).
import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { saved, startJob, writeJob, type JobOptions } from '../aitoolkit/contract/job.js';
import { isReal, jobLimitMs } from '../aitoolkit/contract/trainer.js';
import type { Client } from '../comfyui/contract/client.js';
import { clientOf, freePort, OwnedServer } from '../comfyui/contract/server.js';
import { textToImage, withLora } from '../comfyui/small-graph.js';
import { drawPictures } from '../sandbox/trainer/pictures.js';
import { temporaryFolder } from '../support/folder.js';
import { exportRig, type ExportRig } from './rig.js';

const { COMFYUI_URL, COMFYUI_LORAS_DIR } = process.env;

describe(`an exported LoRA loads (${isReal ? 'real' : 'sandbox'} trainer, ${COMFYUI_URL ? 'real' : 'sandbox'} ComfyUI)`, function () {
  this.timeout(2 * jobLimitMs);
  let folder: string;
  let rig: ExportRig;
  /** What the trainer wrote, and what is handed out of it. */
  let original: string;
  let exported: string;

  const train = async (options: Partial<JobOptions> & { folder: string }): Promise<void> => {
    const config = await writeJob({ datasetFolder: join(folder, 'pictures'), saveEvery: 5, ...options });
    const { code, words, bars } = await startJob(config).ended;
    assert.equal(code, 0, words + bars);
  };

  before(async () => {
    folder = await temporaryFolder();
    await drawPictures(join(folder, 'pictures'));
    await train({ folder: join(folder, 'first'), steps: 12 });
    original = join(folder, 'first', 'base', saved(5));
    const bytes = await readFile(original);
    rig = await exportRig(() => bytes);
    exported = (await rig.export()).loras[0].path;
  });

  it('in the trainer, which goes on from it to the same weights as from its own file', async () => {
    const ends: Record<string, string> = {};
    for (const [name, from] of Object.entries({ own: original, exported })) {
      const run = join(folder, name, 'base');
      await mkdir(run, { recursive: true });
      await copyFile(from, join(run, saved(5)));
      await train({ folder: join(folder, name), steps: 10 });
      ends[name] = (await tensorsOf(join(run, 'base.safetensors'))).toString('base64');
    }
    assert.equal(ends.exported, ends.own);
    assert.notEqual(ends.own, (await tensorsOf(original)).toString('base64'));
  });

  describe('in ComfyUI', () => {
    let client: Client;
    let server: OwnedServer | null = null;
    const placed: string[] = [];

    before(async () => {
      if (COMFYUI_URL) return void (client = await clientOf(COMFYUI_URL, COMFYUI_LORAS_DIR ?? null));
      const base = await temporaryFolder();
      server = await OwnedServer.start(base, await freePort(), '0.33.0');
      client = server.client;
      await mkdir(client.place.lorasDir!, { recursive: true });
    });
    after(async () => {
      for (const path of placed) await rm(path, { force: true });
      await server?.ended('SIGTERM');
    });

    it("from its own folder, flat, and draws the pixels that the trainer's own file draws", async () => {
      const { lorasDir, checkpoint } = client.place;
      const { inLorasDir } = await rig.export({ lorasDir: lorasDir! });
      const own = join(lorasDir!, `own-${process.pid}.safetensors`);
      await copyFile(original, own);
      placed.push(own, ...inLorasDir);
      const names = (await readdir(lorasDir!)).filter((name) => name.startsWith('Mina-2400'));
      assert.deepEqual(names.sort(), ['Mina-2400.png', 'Mina-2400.safetensors']);
      const drawn = async (lora: string | null): Promise<string> => {
        const graph = lora ? withLora(textToImage(checkpoint)) : textToImage(checkpoint);
        graph['3'].inputs.text = 'portrait photo, front view';
        graph['8'].inputs.filename_prefix = `loads-${process.pid}/${lora ?? 'none'}`;
        if (lora) graph['2'].inputs.lora_name = lora;
        return (await client.pixels(await client.run(graph))).toString('base64');
      };
      const byExported = await drawn('Mina-2400.safetensors');
      assert.equal(byExported, await drawn(`own-${process.pid}.safetensors`));
      assert.notEqual(byExported, await drawn(null));
    });
  });
});

async function tensorsOf(path: string): Promise<Buffer> {
  const bytes = await readFile(path);
  return bytes.subarray(8 + Number(bytes.readBigUInt64LE()));
}
