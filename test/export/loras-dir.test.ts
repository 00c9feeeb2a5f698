import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSafetensorsHeader } from '../../src/artifacts/safetensors.js';
import { exportRig, hash, refused, weights } from './rig.js';

describe("exporting into ComfyUI's folder of LoRAs", () => {
  it('puts LoRA and preview there under one name, readable by all, through a link to the folder too', async () => {
    const rig = await exportRig();
    await mkdir(join(rig.folder, 'loras'));
    await symlink(join(rig.folder, 'loras'), join(rig.folder, 'link'));
    const { inLorasDir } = await rig.export({ lorasDir: join(rig.folder, 'link') });
    assert.deepEqual(
      inLorasDir,
      ['Mina-2400.safetensors', 'Mina-2400.png'].map((name) => join(rig.folder, 'loras', name)),
    );
    assert.equal((await stat(inLorasDir[0])).mode & 0o777, 0o644);
    assert.equal(await hash(inLorasDir[0]), await hash(join(rig.directory, 'Mina-2400.safetensors')));
    await rig.export({ lorasDir: join(rig.folder, 'link') });
    assert.deepEqual(await readdir(join(rig.folder, 'loras')), ['Mina-2400.png', 'Mina-2400.safetensors']);
  });

  it("overwrites no other LoRA of that name, and keeps a person's image", async () => {
    const rig = await exportRig();
    const lorasDir = join(rig.folder, 'loras');
    await mkdir(lorasDir);
    await writeFile(join(lorasDir, 'Mina-2400.safetensors'), weights(1));
    await assert.rejects(
      rig.export({ lorasDir }),
      refused('in-the-way', /loras\/Mina-2400\.safetensors is not a file that AZIT wrote/),
    );
    await writeFile(join(lorasDir, 'Mina-2400.safetensors'), weights(2400));
    await writeFile(join(lorasDir, 'Mina-2400.png'), 'mine');
    const { notes } = await rig.export({ lorasDir });
    assert.match(notes.join(), /Mina-2400\.png is a different image, so AZIT did not overwrite it/);
    assert.equal(await readFile(join(lorasDir, 'Mina-2400.png'), 'utf8'), 'mine');
    const { metadata } = await readSafetensorsHeader(join(lorasDir, 'Mina-2400.safetensors'));
    assert.equal(metadata['modelspec.trigger_phrase'], 'mnaz');
  });
});
