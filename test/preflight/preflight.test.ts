import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { loadProjectObject } from '../../src/project/load.js';
import type { ProjectFile } from '../../src/project/schema.js';
import { bucketOf } from '../../src/preflight/buckets.js';
import { placesOf } from '../../src/preflight/places.js';
import { preflightOf, type Finding, type Machine } from '../../src/preflight/preflight.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';

/** A vocabulary of the files' real shape: letters first, then merges by how common they are, then fillers. */
async function writeVocabulary(folder: string, words: string[], end = ''): Promise<void> {
  const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
  const merges: string[] = [];
  const vocab = [...letters, 'Ġ', ...(end ? letters.map((letter) => letter + end) : [])];
  for (const word of words) {
    const parts = [...word.slice(0, -1), word.slice(-1) + end];
    while (parts.length > 1) {
      const [first, second] = parts.splice(0, 2);
      merges.push(`${first} ${second}`);
      parts.unshift(first + second);
      if (!vocab.includes(first + second)) vocab.push(first + second);
    }
  }
  const filled = [...vocab, ...Array.from({ length: 400 }, (_, at) => `#${at}`), 'zaqv', '<|endoftext|>'];
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'vocab.json'),
    JSON.stringify(Object.fromEntries(filled.map((token, at) => [token, at]))),
  );
  await writeFile(join(folder, 'merges.txt'), ['#version: 0.2', ...merges].join('\n'));
}

describe('preflight: what is known of a training before GPU hours are spent', () => {
  let comfyui: string;
  before(async () => {
    comfyui = await temporaryFolder();
    await writeVocabulary(join(comfyui, 'comfy/text_encoders/qwen25_tokenizer'), ['blue', 'eyes', 'mina']);
    await writeVocabulary(join(comfyui, 'comfy/sd1_tokenizer'), ['photo'], '</w>');
  });
  after(removeTemporaryFolders);

  const find = async (project: Partial<ProjectFile>, machine: Partial<Machine> = {}, from?: string) => {
    const loaded = await loadProjectObject({ name: 'mina', ...project } as ProjectFile, from);
    const places = { hubCache: join(comfyui, 'no-cache'), comfyui };
    return await preflightOf(loaded, { places, gpus: [], ...machine });
  };
  const anchor = { prompt: 'a woman' };
  const of = (findings: Finding[], about: Finding['about']) => findings.filter((finding) => finding.about === about);

  it('takes a trigger of digits, known words or a whole word without a warning and three better ones', async () => {
    for (const [trigger, why] of [
      ['mnz2', /contains digits.*falls apart into common pieces: 'm', 'n', 'z', '2' \(Qwen\)/],
      ['blueeyes', /falls apart into known words: 'blue', 'eyes' \(Qwen\)/],
      ['mina', /a word that models know already; it is one token, 'mina'/],
    ] as const) {
      const [finding] = of(await find({ model: 'z-image', trigger, anchor }), 'trigger');
      assert.equal(finding.state, 'warning');
      assert.match(finding.text, why);
    }
  });

  it('proposes a trigger that it would warn of itself', async () => {
    // Without a vocabulary: what letters show.
    const [finding, unchecked] = of(
      await find({ model: 'z-image', trigger: 'lisa', anchor }, { places: placesOf({ HF_HOME: comfyui }) }),
      'trigger',
    );
    const better = finding.text.split('Better: ')[1].split(', ');
    assert.equal(better.length, 3);
    for (const trigger of better) {
      const again = of(
        await find({ model: 'z-image', trigger, anchor }, { places: placesOf({ HF_HOME: comfyui }) }),
        'trigger',
      );
      assert.deepEqual(
        again.map(({ state }) => state),
        ['unchecked'],
        trigger,
      );
    }
    assert.match(
      unchecked.text,
      /not checked by its tokens: no Qwen tokenizer of Tongyi-MAI\/Z-Image-Turbo in .*AZIT_COMFYUI_DIR/,
    );
  });

  it("reads the base model's own vocabulary from Hugging Face's cache, and survives a damaged one", async () => {
    const cache = await temporaryFolder();
    const repository = join(cache, 'models--Tongyi-MAI--Z-Image-Turbo');
    await mkdir(join(repository, 'refs'), { recursive: true });
    await writeFile(join(repository, 'refs/main'), 'abcdef0123');
    const folder = join(repository, 'snapshots/abcdef0123/tokenizer');
    await writeVocabulary(folder, ['qv', 'qvx']);
    const machine = { places: { hubCache: cache, comfyui: null } };
    const [sound] = of(await find({ model: 'z-image', trigger: 'qvxz', anchor }, machine), 'trigger');
    assert.match(sound.text, /'qvx', 'z'/);
    await writeFile(join(folder, 'vocab.json'), '{"a": ');
    const damaged = of(await find({ model: 'z-image', trigger: 'qvxz', anchor }, machine), 'trigger');
    assert.equal(damaged[0].state, 'unchecked');
    assert.match(damaged[0].text, /the Qwen tokenizer in .*tokenizer can't be read/);
  });

  it('lets captions be cut off in silence, or says that they fit uncounted', async () => {
    const folder = await temporaryFolder();
    const square = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#987' } })
      .png()
      .toBuffer();
    await writeFile(join(folder, 'a.png'), square);
    await writeFile(join(folder, 'a.txt'), `mnaz, ${'photo '.repeat(80)}`);
    await writeFile(join(folder, 'b.png'), square);
    await writeFile(join(folder, 'b.txt'), 'mnaz, photo');
    const project: Partial<ProjectFile> = { model: 'sdxl', trigger: 'mnaz', dataset: { images: folder } };
    const counted = await find(project);
    const [captions] = of(counted, 'captions');
    assert.equal(captions.state, 'warning');
    assert.match(captions.text, /^1 of 2 are cut off at their end, the longest has 8\d: .* 77 tokens of CLIP/);
    const [images] = of(counted, 'images');
    assert.match(images.text, /^2 of 2 images have fewer pixels than 1024 x 1024: .*a\.png 640 x 480/);
    const bare = await find(project, { places: { hubCache: comfyui, comfyui: null } });
    assert.equal(of(bare, 'captions')[0].state, 'unchecked');
  });

  it('puts an image into another bucket than ai-toolkit does', () => {
    // As toolkit/buckets.py of 0.12.26 gives them.
    for (const [width, height, resolution, multiple, ...bucket] of [
      [1024, 1024, 1024, 16, 1024, 1024],
      [1328, 1328, 1024, 32, 1024, 1024],
      [3000, 4000, 1024, 32, 896, 1152],
      [640, 480, 1024, 16, 640, 480],
      [1920, 1080, 768, 16, 1024, 576],
      [100, 300, 512, 32, 96, 320],
      [5000, 300, 512, 16, 2096, 112],
      [20, 900, 512, 32, 32, 896],
    ])
      assert.deepEqual(Object.values(bucketOf({ width, height }, resolution, multiple)), bucket);
  });

  it('finds a GPU large enough that can not hold the weights, or knows what nobody has told', async () => {
    const onGpu = async (model: ProjectFile['model'], gib: number, training = {}) => {
      const gpus = [{ name: 'A card', totalBytes: gib * 2 ** 30 }];
      return of(await find({ model, trigger: 'mnaz', anchor, training }, { gpus }), 'GPU memory')[0];
    };
    const small = await onGpu('krea2', 8);
    assert.equal(small.state, 'warning');
    assert.match(small.text, /A card has 8\.0 GiB, less than the weights alone/);
    assert.match((await onGpu('flux1-dev', 16)).text, /less than others train on.*train_lora_flux_24gb\.yaml/);
    assert.equal((await onGpu('flux1-dev', 24)).state, 'ok');
    const halved = { override: { model: { qtype: 'uint4' } } };
    assert.match(
      (await onGpu('z-image', 24, halved)).text,
      /weights alone take 3\.1 GB .* at 4 bits; from the size of/,
    );
    const unknown = await onGpu('sd15', 24);
    assert.equal(unknown.state, 'unchecked');
    assert.match(unknown.text, /not known/);
  });

  it('starts offline without the parts of other repositories', async () => {
    const [base] = of(
      await find({ model: 'krea2', trigger: 'mnaz', anchor }, { places: { hubCache: comfyui, comfyui } }),
      'base files',
    );
    assert.equal(base.state, 'warning');
    assert.match(
      base.text,
      /krea\/Krea-2-Raw, Qwen\/Qwen3-VL-4B-Instruct, Qwen\/Qwen-Image missing .*`hf download krea/,
    );
  });
});
