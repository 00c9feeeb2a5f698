import assert from 'node:assert/strict';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createRenderActivities } from '../../src/activities/render-batch.js';
import { readJson, type ArtifactStore } from '../../src/artifacts/artifact-store.js';
import { serializeSafetensors } from '../support/safetensors.js';
import { openStore } from '../../src/artifacts/store.js';
import { createComfyClient, type ComfyClient } from '../../src/comfyui/index.js';
import type { RenderBatchInput, RenderBatchResult, RenderedGrid } from '../../src/run/contracts.js';
import { EMBEDDING, TRAINABLE } from '../../src/sandbox/model/adapter.js';
import { startSandboxComfy, type SandboxComfy } from '../../src/sandbox/comfyui/index.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';

/** Random, but the same each time. */
function lora(): Buffer {
  const values = (count: number): number[] => Array.from({ length: count }, (_, index) => Math.sin(index * 7.3));
  const tensor = (shape: [number, number]) => ({ dtype: 'F32' as const, shape, data: values(shape[0] * shape[1]) });
  return serializeSafetensors(
    new Map([
      ['diffusion_model.scene.lora_A.weight', tensor([2, EMBEDDING])],
      ['diffusion_model.scene.lora_B.weight', tensor([TRAINABLE.length, 2])],
    ]),
  );
}

describe('a checkpoint at several strengths', function () {
  this.timeout(60_000);
  let folder: string;
  let server: SandboxComfy;
  let comfy: ComfyClient;
  let store: ArtifactStore;
  /** What the server was asked for. */
  const asked = { loras: 0, images: 0 };

  before(async () => {
    folder = await temporaryFolder();
    const baseDirectory = join(folder, 'comfyui');
    server = await startSandboxComfy({ port: 0, baseDirectory });
    const client = createComfyClient({ baseUrl: server.url, lorasDir: join(baseDirectory, 'models', 'loras') });
    comfy = {
      ...client,
      ensureLora: (...of) => {
        asked.loras += 1;
        return client.ensureLora(...of);
      },
      renderAll: (jobs, options) => {
        asked.images += [...(jobs as Iterable<unknown>)].length;
        return client.renderAll(jobs, options);
      },
    };
    store = await openStore(join(folder, 'store'));
  });
  after(async () => {
    await comfy.close();
    await server.close();
    await removeTemporaryFolders();
  });

  async function render(runId: string, strength: number, strengths?: number[]): Promise<RenderedGrid> {
    const { renderBatch } = createRenderActivities({ comfy, store, workDir: join(folder, 'work') });
    const file = await store.putBytes(lora(), { name: 'step-20', mediaType: 'application/octet-stream' });
    const prompts = [{ id: 'face', text: 'portrait of mnaz' }];
    const input: RenderBatchInput = {
      runId,
      stage: 'sweep',
      unit: 'step-20',
      family: 'sandbox',
      graph: 'text-to-image-lora',
      negative: '',
      size: { width: 64, height: 64 },
      lora: { file, strength, label: 'step-20' },
      items: [],
      grid: { prompts, seeds: 2, seed: 1, ...(strengths ? { strengths } : {}) },
    };
    const result: RenderBatchResult = await new MockActivityEnvironment().run(renderBatch, input);
    return await readJson<RenderedGrid>(store, result.table!.artifact);
  }

  it('is loaded for each of them, or what one of them has shown before is drawn again', async () => {
    const alone = await render('first', 0.8);
    assert.deepEqual(asked, { loras: 1, images: 2 });
    const both = await render('second', 0.5, [0.5, 0.8, 1]);
    assert.deepEqual(asked, { loras: 2, images: 2 + 4 });
    assert.deepEqual(
      both.items.map(({ key }) => key),
      ['face.0@0.5', 'face.1@0.5', 'face.0@0.8', 'face.1@0.8', 'face.0@1', 'face.1@1'],
    );
    const hashes = ({ items }: RenderedGrid) => items.map(({ image }) => image.sha256);
    assert.deepEqual(hashes(both).slice(2, 4), hashes(alone));
    assert.equal(new Set(hashes(both)).size, 6);
  });

  it('is brought to the server although all of its strengths are known, or its log is forgotten', async () => {
    const before = { ...asked };
    await render('third', 0.5, [0.5, 1]);
    assert.deepEqual(asked, before);
  });
});
