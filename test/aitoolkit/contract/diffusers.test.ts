import assert from 'node:assert/strict';
import { execa } from 'execa';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSafetensorsHeader } from '../../../src/artifacts/safetensors.js';
import { readAlphas } from '../../../src/export/alphas.js';
import { convert } from '../../../src/export/conversion.js';
import type { Format } from '../../../src/export/tensor-names.js';
import { renameTensors } from '../../../src/export/rename-tensors.js';
import { removeTemporaryFolders, temporaryFolder } from '../../support/folder.js';
import { isReal, jobLimitMs, trainerUnderTest } from './trainer.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** ai-toolkit brings diffusers. */
(isReal ? describe : describe.skip)('LoRAs of azit export --format, in diffusers itself', function () {
  this.timeout(jobLimitMs);
  after(removeTemporaryFolders);

  it('give another result than the file that they were made of, or leave modules out', async () => {
    const folder = await temporaryFolder();
    const { command, env } = trainerUnderTest();
    const python = async (...words: string[]) => (await execa(command[0], words, { env })).stdout;
    const model = join(folder, 'model');
    await python(here('./tiny-model.py'), model);
    await python(here('./diffusers_lora.py'), 'make', model, folder);
    await converted(folder, 'sd15', 'diffusers');
    await converted(folder, 'qwen-image', 'diffusers');
    await converted(folder, 'qwen-image', 'kohya');

    const found = JSON.parse(await python(here('./diffusers_lora.py'), 'load', model, folder)) as Record<
      string,
      [modules: number, result: string]
    >;
    for (const family of ['sd15', 'qwen-image']) {
      const [modules, result] = found[`${family}.safetensors`];
      assert.ok(modules > 20, `${family}: ${modules} modules`);
      assert.notEqual(result, found[family][1], `${family}: the LoRA changes nothing`);
      for (const name of Object.keys(found).filter((each) => each.startsWith(`${family}-as-`)))
        assert.deepEqual(found[name], [modules, result], name);
    }
    assert.equal(Object.keys(found).length, 7);
  });
});

async function converted(folder: string, family: string, format: Format): Promise<void> {
  const path = join(folder, `${family}.safetensors`);
  const header = await readSafetensorsHeader(path);
  const alphas = await readAlphas(path, header);
  const renamed = convert({ format, family, tensors: header.tensors, alphas, label: family });
  assert.ok(renamed);
  await renameTensors(path, join(folder, `${family}-as-${format}.safetensors`), renamed);
}
