import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReportData } from '../../src/run/record.js';
import { cardOf, exportRig, hash, matterOf, refused } from './rig.js';

async function contentOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await hash(join(folder, name))])));
}

describe('exporting again', () => {
  it('changes no byte, and touches nothing, where the run is the same', async () => {
    const rig = await exportRig();
    await rig.export();
    const before = await contentOf(rig.directory);
    const { mtimeMs } = await stat(join(rig.directory, 'README.md'));
    await rig.export();
    assert.deepEqual(await contentOf(rig.directory), before);
    assert.equal((await stat(join(rig.directory, 'README.md'))).mtimeMs, mtimeMs);
  });

  it('adds another step beside the chosen one, and the card stays that of the chosen one', async () => {
    const rig = await exportRig();
    await rig.export();
    const chosen = matterOf(await cardOf(rig));
    const { loras } = await rig.export({ step: 2600 });
    assert.deepEqual(
      loras.map(({ standing }) => standing),
      ['named'],
    );
    assert.equal((await readdir(rig.directory)).length, 6);
    const card = await cardOf(rig);
    assert.deepEqual(matterOf(card), chosen);
    assert.match(card, /step 2600, in this folder/);
    const whole = await contentOf(rig.directory);
    await rm(rig.directory, { recursive: true });
    await rig.export({ step: 2600 });
    assert.match(await cardOf(rig), /# Mina 2600/);
    await rig.export();
    assert.deepEqual(await contentOf(rig.directory), whole);
  });

  it('follows a run that goes on: its own card, evidence and preview are renewed', async () => {
    const rig = await exportRig();
    const { data } = rig;
    const early: ReportData = {
      ...data,
      checkpoints: [],
      saved: data.checkpoints.map(({ step, lora }) => ({ step, lora })),
      strips: [],
      baseline: null,
      choice: null,
    };
    const { notes, loras } = await rig.export({ source: { data: early } });
    assert.deepEqual(
      loras.map(({ step, standing }) => [step, standing]),
      [[2600, 'furthest']],
    );
    assert.match(notes.join('\n'), /No checkpoint is chosen yet.*2600[\s\S]*the portrait that the run started from/);
    assert.match(await cardOf(rig), /This checkpoint was not measured/);
    const before = await contentOf(rig.directory);
    await rig.export({ step: 2600 });
    const after = await contentOf(rig.directory);
    for (const name of Object.keys(before)) assert.notEqual(after[name], before[name], name);
    await rig.export({ all: true });
    assert.equal((await readdir(rig.directory)).length, 8);
  });

  it('shows scores and an image of a checkpoint that is scored while the sweep goes on', async () => {
    const rig = await exportRig();
    const { data, store } = rig;
    const [image] = data.strips[0].images;
    const table = await store.putBytes(
      Buffer.from(JSON.stringify([{ prompt: 'base', seed: 3, image: image.image, identity: 0.6 }])),
      { name: 'table.json', mediaType: 'application/json' },
    );
    const { identity } = data.checkpoints[2];
    const generalisation = {
      nearCopies: 2,
      diversity: { seeds: 0.1, prompts: 0.2 },
      adherence: { pose: { met: 1, asked: 4 } },
      clip: null,
      crossCheck: null,
      table,
    };
    const measures = { perPrompt: {}, perPose: { frontal: identity! }, memorisation: null, generalisation };
    await rig.export({
      source: {
        data: {
          ...data,
          checkpoints: [],
          saved: data.checkpoints.map(({ step, lora }) => ({ step, lora })),
          strips: [],
          choice: null,
        },
        live: { baseline: data.baseline, sweep: [{ step: 2600, identity, measures }] },
      },
    });
    const card = await cardOf(rig);
    assert.match(card, /rendered with this checkpoint in the sweep/);
    assert.match(card, /2 images in the sweep are near-copies of a training image/);
    assert.match(card, /Follows the prompt's pose in only 1 of 4 images/);
    assert.match(card, /poses: three-quarter, profile/);
  });

  for (const name of ['Mina-2400.safetensors', 'README.md', 'evidence.json'])
    it(`stops before a ${name} that is somebody else's, and leaves the folder as it was`, async () => {
      const rig = await exportRig();
      await mkdir(rig.directory);
      await writeFile(join(rig.directory, name), 'my own');
      await assert.rejects(
        rig.export(),
        refused('in-the-way', new RegExp(`${name.replace('.', '\\.')}.*--out|another folder`)),
      );
      assert.deepEqual(await readdir(rig.directory), [name]);
      assert.equal(await readFile(join(rig.directory, name), 'utf8'), 'my own');
      assert.deepEqual(await readdir(rig.folder), ['azit-lora-mina', 'store']);
    });

  it('takes a card that a person has changed for theirs', async () => {
    const rig = await exportRig();
    await rig.export();
    const card = await cardOf(rig);
    await writeFile(join(rig.directory, 'README.md'), card.replace('How to use it', 'How I use it'));
    rig.data.choice!.reason = 'Another reason.';
    await assert.rejects(rig.export(), refused('in-the-way', /README\.md/));
  });

  it('keeps a preview that a person put there, and says so', async () => {
    const rig = await exportRig();
    await rig.export();
    await writeFile(join(rig.directory, 'Mina-2400.png'), 'a better one');
    const { notes } = await rig.export();
    assert.match(notes.join(), /Mina-2400\.png is a different image, so AZIT did not overwrite it/);
    assert.equal(await readFile(join(rig.directory, 'Mina-2400.png'), 'utf8'), 'a better one');
  });

  it('writes through no link, neither a file nor the folder', async () => {
    const rig = await exportRig();
    const elsewhere = join(rig.folder, 'elsewhere');
    await mkdir(elsewhere);
    await mkdir(rig.directory);
    await writeFile(join(elsewhere, 'README.md'), 'theirs');
    await symlink(join(elsewhere, 'README.md'), join(rig.directory, 'README.md'));
    await assert.rejects(rig.export(), refused('in-the-way', /is a link/));
    await rm(rig.directory, { recursive: true });
    await symlink(elsewhere, rig.directory);
    await assert.rejects(rig.export(), refused('in-the-way', /is a link/));
    assert.deepEqual(await readdir(elsewhere), ['README.md']);
    assert.equal(await readFile(join(elsewhere, 'README.md'), 'utf8'), 'theirs');
  });

  it('leaves one whole folder where two export at once', async () => {
    const rig = await exportRig();
    await Promise.all([rig.export(), rig.export({ step: 2200 }), rig.export()]);
    await rig.export({ step: 2200 });
    assert.equal((await readdir(rig.directory)).length, 6);
    assert.deepEqual(await readdir(rig.folder), ['azit-lora-mina', 'store']);
  });

  it('removes what a killed export left beside the folder', async () => {
    const rig = await exportRig();
    const left = join(rig.folder, '.azit-lora-mina.4194999-0a1b2c3d.part');
    await mkdir(left);
    await writeFile(join(left, 'gigabytes'), '');
    await rig.export();
    assert.deepEqual(await readdir(rig.folder), ['azit-lora-mina', 'store']);
  });
});
