import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExportErrorCode } from '../../src/export/index.js';
import { exportRig, refused, type ExportRig } from './rig.js';

describe('a LoRA that can not be handed out', () => {
  const cases: {
    title: string;
    change: (rig: ExportRig) => unknown;
    options?: object;
    code: ExportErrorCode;
    says: RegExp;
  }[] = [
    {
      title: 'of a run that has saved none',
      change: ({ data }) => Object.assign(data, { checkpoints: [], saved: [] }),
      code: 'no-checkpoint',
      says: /'mina' ended before its first valid checkpoint/,
    },
    {
      title: 'of a step that is not saved: the saved ones are named',
      change: () => undefined,
      options: { step: 7 },
      code: 'not-saved',
      says: /no checkpoint of step 7\. Choose one of: 2200, 2400, 2600/,
    },
    {
      title: 'where the run chose none: the command that takes any is named',
      change: ({ data }) => Object.assign(data.choice!, { step: null, asGoodAsAny: null }),
      code: 'not-chosen',
      says: /`azit export mina --step N` with one of: 2200, 2400, 2600/,
    },
    {
      title: 'whose store is another: it is called that, not damaged',
      change: ({ store }) => rm(store.location, { recursive: true }),
      code: 'not-in-store',
      says: /does not hold checkpoint 2400 of the run 'mina'.*AZIT_STORE/,
    },
    {
      title: 'in a format that it is not in: the one that it is in is named',
      change: () => undefined,
      options: { format: 'kohya' },
      code: 'not-exact',
      says: /step 2400 can't be converted exactly: it is in the format diffusers.*sandbox to kohya\.$/,
    },
    {
      title: "into a ComfyUI's folder that is not there",
      change: () => undefined,
      options: { lorasDir: '/nowhere/loras' },
      code: 'no-folder',
      says: /There is no folder .*\/nowhere\/loras: create it/,
    },
  ];
  for (const { title, change, options, code, says } of cases)
    it(`${title} (${code})`, async () => {
      const rig = await exportRig();
      await change(rig);
      await assert.rejects(rig.export(options), refused(code, says));
      assert.ok(!(await readdir(rig.folder)).some((name) => name.includes('azit-lora')));
    });

  it('is damaged in the store: nothing is written', async () => {
    const rig = await exportRig();
    const { sha256 } = rig.data.checkpoints[1].lora;
    const path = join(rig.store.location, 'content', sha256.slice(0, 2), sha256.slice(2, 4), sha256);
    await writeFile(path, (await readFile(path)).fill(0, 60));
    await assert.rejects(rig.export(), /stored file \w{12} is damaged/);
    assert.deepEqual(await readdir(rig.folder), ['store']);
  });

  it('is handed out without its image where that is damaged, and says so', async () => {
    const rig = await exportRig();
    for (const { image } of rig.data.strips[0].images)
      await rm(join(rig.store.location, 'content', image.sha256.slice(0, 2), image.sha256.slice(2, 4), image.sha256));
    const { loras, notes } = await rig.export();
    assert.equal(loras[0].preview, null);
    assert.match(notes.join(), /Step 2400 has no preview: .*does not have the file/);
    assert.deepEqual(await readdir(rig.directory), ['Mina-2400.safetensors', 'README.md', 'evidence.json']);
  });

  it('says that it is as good as any where nothing separates the checkpoints', async () => {
    const rig = await exportRig();
    Object.assign(rig.data.choice!, { step: null, asGoodAsAny: 2200 });
    const { loras, notes } = await rig.export();
    assert.deepEqual([loras[0].step, loras[0].standing], [2200, 'as-good-as-any']);
    assert.match(notes.join(), /no clear winner: step 2200 is the earliest/);
  });
});
