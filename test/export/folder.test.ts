import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { dataSha256, readSafetensorsHeader } from '../../src/artifacts/safetensors.js';
import { readTensors } from '../support/safetensors.js';
import type { ReportData } from '../../src/run/record.js';
import { cardOf, exportRig, hash, matterOf, weights } from './rig.js';

describe('the folder of a LoRA', () => {
  it('has the chosen weights, a preview under the same name, a card and evidence, and nothing else', async () => {
    const rig = await exportRig();
    const { loras, notes } = await rig.export();
    assert.deepEqual(await readdir(rig.directory), [
      'Mina-2400.png',
      'Mina-2400.safetensors',
      'README.md',
      'evidence.json',
    ]);
    assert.deepEqual(
      loras.map(({ step, standing }) => [step, standing]),
      [[2400, 'chosen']],
    );
    assert.deepEqual(notes, []);
    assert.deepEqual(await readdir(rig.folder), ['azit-lora-mina', 'store']);
  });

  it('changes no bit of the tensors and no word of the trainer, and adds what LoRA managers read', async () => {
    const rig = await exportRig((step) => weights(step, ['transformer.x', '10', '2', '__proto__']));
    const [{ path }] = (await rig.export()).loras;
    const original = weights(2400, ['transformer.x', '10', '2', '__proto__']);
    const bytes = await readFile(path);
    const headerBytes = Number(bytes.readBigUInt64LE());
    const originalHeaderBytes = Number(original.readBigUInt64LE());
    assert.ok(bytes.subarray(8 + headerBytes).equals(original.subarray(8 + originalHeaderBytes)));
    assert.equal((8 + headerBytes) % 8, 0);
    const { metadata, tensors } = await readSafetensorsHeader(path);
    const originalPath = join(rig.folder, 'original.safetensors');
    await writeFile(originalPath, original);
    assert.deepEqual(await readTensors(path), await readTensors(originalPath));
    assert.equal(tensors.length, 8);
    assert.equal(metadata.training_info, '{"step":2400,"epoch":3}');
    assert.equal(metadata.ss_output_name, 'mina');
    const { thumbnail, ...spec } = Object.fromEntries(
      Object.entries(metadata).flatMap(([key, value]) =>
        key.startsWith('modelspec.') ? [[key.slice(10), value]] : [],
      ),
    );
    assert.deepEqual(
      [spec.architecture, spec.title, spec.trigger_phrase, spec.hash_sha256, spec.sai_model_spec],
      ['azit-sandbox/lora', 'Mina 2400', 'mnaz', `0x${await dataSha256(path)}`, '1.0.1'],
    );
    assert.match(spec.license, /^MIT/);
    assert.ok(!Number.isNaN(Date.parse(spec.date)));
    const small = Buffer.from(thumbnail.replace(/^data:image\/jpeg;base64,/, ''), 'base64');
    const { format, width, height } = await sharp(small).metadata();
    assert.deepEqual([format, width, height], ['jpeg', 256, 256]);
  });

  it('keeps what a trainer says in the same keys', async () => {
    const rig = await exportRig();
    const { store, data } = rig;
    const header = {
      __metadata__: { 'modelspec.title': 'By the trainer' },
      'a.lora_A.weight': { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
    };
    const json = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    const file = Buffer.concat([length, json, Buffer.alloc(4)]);
    data.checkpoints[1].lora = await store.putBytes(file, { name: 'x', mediaType: 'x' });
    const [{ path }] = (await rig.export()).loras;
    assert.equal((await readSafetensorsHeader(path)).metadata['modelspec.title'], 'By the trainer');
  });

  it('has a card that Hugging Face reads, with the weak sides in it', async () => {
    const rig = await exportRig();
    await rig.export();
    const card = await cardOf(rig);
    const matter = matterOf(card);
    assert.equal(matter.instance_prompt, 'mnaz');
    assert.equal(matter.license, 'mit');
    assert.ok((matter.tags as string[]).includes('lora'));
    assert.deepEqual(matter.widget, [
      { text: 'portrait of mnaz, base light, plain background', output: { url: 'Mina-2400.png' } },
    ]);
    assert.match(card, /Weakest prompt: `base`, identity 0\.\d{3} \(0\.\d{3} to 0\.\d{3}; 3 images\)/);
    assert.match(card, /1 of 12 images in the sweep show no detectable face/);
    assert.match(card, /No image in the sweep shows these poses: frontal, three-quarter, profile/);
    assert.match(card, /0\.040 closer to the training images than to the held-out images/);
    assert.match(card, /\| without any LoRA \| 0\.190 \| 0\.155 to 0\.225 \| 12 \| 0 \|/);
  });

  it('names the base model, its licence and terms of a real family', async () => {
    const rig = await exportRig();
    rig.data.run.model = 'flux1-dev';
    await rig.export();
    const card = await cardOf(rig);
    const { base_model, license, license_name, license_link, library_name } = matterOf(card);
    assert.deepEqual(
      [base_model, license, license_name, library_name],
      ['black-forest-labs/FLUX.1-dev', 'other', 'flux-1-dev-non-commercial-license', 'diffusers'],
    );
    assert.match(String(license_link), /^https:\/\/huggingface\.co\/black-forest-labs\//);
    assert.match(card, /may not be used commercially/);
  });

  it('names both models of a LoRA that is trained on one and rendered by another, and the licence of each', async () => {
    const rig = await exportRig();
    rig.data.run.model = 'krea2';
    await rig.export();
    const card = await cardOf(rig);
    assert.equal(matterOf(card).base_model, 'krea/Krea-2-Raw');
    assert.match(card, /trained on `krea\/Krea-2-Raw`.* Use it with `krea\/Krea-2-Turbo`, which rendered all images/);
    assert.match(card, /rendered by `krea\/Krea-2-Turbo`, under its own licence: .*Krea-2-Turbo/);
  });

  it('lets no foreign word of a run be a tag, a link or a key of the card', async () => {
    const rig = await exportRig();
    const evil =
      'x\n---\nlicense: mit\n# <img src=x onerror=alert(1)> [a](javascript:b) ![p](https://evil.example) | `c`\u202e\u001b[31m';
    rig.data.strips[0].prompt = 'base';
    rig.data.strips[0].text = evil;
    rig.data.choice!.reason = evil;
    rig.data.checkpoints[1].failed = evil;
    rig.data.checkpoints[1].perPrompt = { [evil]: rig.data.checkpoints[1].identity!, base: rig.data.baseline! };
    rig.data.provenance.trainer = evil;
    await rig.export();
    const card = await cardOf(rig);
    assert.equal(matterOf(card).license, 'mit');
    assert.equal(card.match(/^---$/gm)?.length, 2);
    const outsideCode = card.replace(/^---\n[\s\S]*?\n---\n/, '').replace(/(`+)[^`][\s\S]*?\1(?!`)/g, '');
    assert.doesNotMatch(
      outsideCode.replace(/<!-- azit sha256:\w+ -->/, ''),
      /(?<!\\)<|(?<!\\)\]\(javascript|(?<!\\)!\[p|https:\/\/evil/,
    );
    // eslint-disable-next-line no-control-regex
    assert.doesNotMatch(card, /[\u001b\u202e]/);
  });

  it('proves itself: every file by its hash, every score with its interval, the choice and who made it', async () => {
    const rig = await exportRig();
    await rig.export();
    const evidence = JSON.parse(await readFile(join(rig.directory, 'evidence.json'), 'utf8')) as {
      run: { id: string };
      choice: ReportData['choice'];
      checkpoints: { step: number; sha256: string; identity: { low: number } }[];
      files: { path: string; sha256: string }[];
      pictures: { seed: number; sha256: string }[];
    };
    for (const { path, sha256 } of evidence.files) assert.equal(await hash(join(rig.directory, path)), sha256, path);
    assert.deepEqual(
      evidence.files.map(({ path }) => path),
      ['Mina-2400.png', 'Mina-2400.safetensors'],
    );
    assert.equal(evidence.choice?.by, 'rule');
    assert.deepEqual(
      evidence.checkpoints.map(({ step }) => step),
      [2200, 2400, 2600],
    );
    assert.ok(evidence.checkpoints.every(({ identity, sha256 }) => identity.low > 0 && sha256.length === 64));
    assert.equal(evidence.pictures.length, 2 * (1 + 3 * 2));
  });

  it('has a preview with nothing written beside its pixels', async () => {
    const rig = await exportRig();
    const drawn = await sharp({ create: { width: 40, height: 40, channels: 3, background: '#a33' } })
      .withExif({ IFD0: { Artist: 'somebody' } })
      .jpeg()
      .toBuffer();
    const image = await rig.store.putBytes(drawn, { name: 'x.jpg', mediaType: 'image/jpeg' });
    for (const cell of rig.data.strips[0].images) cell.image = image;
    const [{ preview }] = (await rig.export()).loras;
    const bytes = await readFile(preview!);
    assert.equal((await sharp(bytes).metadata()).format, 'png');
    assert.ok(!bytes.includes('somebody'));
  });
});
