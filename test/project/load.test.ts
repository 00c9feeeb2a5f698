import assert from 'node:assert/strict';
import { rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { InputError } from '../../src/project/input-error.js';
import { loadProject, loadProjectObject } from '../../src/project/load.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';

const minimal = 'name: mina\nanchor: { prompt: a woman }\n';

async function load(yaml: string | Uint8Array, files: Record<string, string | Uint8Array> = {}) {
  const folder = await temporaryFolder({ ...files, 'azit.yaml': yaml });
  return await loadProject(join(folder, 'azit.yaml'));
}

/** The problems of a file, without the folder's name. */
async function problemsOf(yaml: string | Uint8Array, files: Record<string, string | Uint8Array> = {}) {
  const folder = await temporaryFolder({ ...files, 'azit.yaml': yaml });
  try {
    await loadProject(join(folder, 'azit.yaml'));
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    return error.problems.map((problem) => problem.message.replaceAll(`${folder}/`, ''));
  }
  return [];
}

const picture = (width: number, height: number) =>
  sharp({
    create: { width, height, channels: 3, background: '#987', noise: { type: 'gaussian', mean: 128, sigma: 40 } },
  });

describe('a project file', () => {
  after(removeTemporaryFolders);

  it('with a name and a prompt only gets every default of the design', async () => {
    const { project } = await load(minimal);
    assert.equal(project.trigger, 'mnaz');
    assert.deepEqual(project.anchor, { prompt: 'a woman', candidates: 8, seed: 7 });
    assert.deepEqual(project.sweep.steps, [2200, 2400, 2600, 2800, 3000]);
    assert.deepEqual(
      project.sweep.prompts.map((prompt) => prompt.id),
      ['base', 'stage', 'editorial-i', 'editorial-ii'],
    );
    assert.match(project.sweep.prompts[0].text, /portrait photo of mnaz/);
    assert.deepEqual(project.dataset.yaw, [-60, -30, 0, 30, 60]);
    assert.equal(project.training.steps, 3000);
  });

  it('of the examples that differs in more than its sweep from the demo would train again', async () => {
    const of = async (name: string) => (await loadProject(join('examples', name))).project;
    const { sweep, ...others } = await of('strengths.yaml');
    const { sweep: ofDemo, ...demo } = await of('demo.yaml');
    assert.deepEqual(others, demo);
    assert.deepEqual(
      [sweep.steps, sweep.strength],
      [
        [600, 1000, 1400, 1800, 2200, 2600, 3000],
        [0.6, 0.8, 1],
      ],
    );
    assert.deepEqual([sweep.prompts, sweep.seeds], [ofDemo.prompts, ofDemo.seeds]);
  });

  it('of a model with editions means the default one, or the one that it names', async () => {
    const familyOf = async (yaml: string) => (await load(minimal + yaml)).project.model;
    assert.equal(await familyOf('model: qwen-image\n'), 'qwen-image-2512');
    assert.equal(await familyOf('model: qwen-image\nedition: 2512\n'), 'qwen-image-2512');
    assert.equal(await familyOf('model: qwen-image\nedition: first\n'), 'qwen-image');
    assert.equal(await familyOf('model: flux2-klein\n'), 'flux2-klein-4b');
    assert.equal(await familyOf('model: flux2-klein\nedition: 9b\n'), 'flux2-klein-9b');
    assert.deepEqual(await problemsOf(`${minimal}model: z-image\nedition: 2512\n`), [
      "azit.yaml:4:10: The model 'z-image' has no edition 2512: use base, de-turbo, turbo.",
    ]);
    assert.deepEqual(await problemsOf(`${minimal}edition: 9b\n`), [
      "azit.yaml:3:10: The model 'sandbox' has no editions: remove 'edition'.",
    ]);
  });

  it('that leaves sections empty gets their defaults', async () => {
    assert.equal((await load(`${minimal}training:\nsweep:\n`)).project.training.saveEvery, 200);
  });

  it('names its prompts and puts the trigger word where it belongs', async () => {
    const prompts = '["[trigger] on stage", "Ünder neon", "under neon", {id: own, text: "a wmn close-up"}]';
    const { project } = await load(`${minimal}trigger: wmn\nsweep: { prompts: ${prompts} }\n`);
    assert.deepEqual(project.sweep.prompts, [
      { id: 'on-stage', text: 'wmn on stage' },
      { id: 'under-neon', text: 'wmn, Ünder neon' },
      { id: 'under-neon-2', text: 'wmn, under neon' },
      { id: 'own', text: 'a wmn close-up' },
    ]);
  });

  it('gets a trigger of at least four letters whatever its name', async () => {
    for (const name of ['Bo', '미나', 'Kim Ji-woo', 'X', '7']) {
      const first = await loadProjectObject({ name, anchor: { prompt: 'x' } });
      const second = await loadProjectObject({ name, anchor: { prompt: 'x' } });
      assert.match(first.project.trigger, /^[a-z]{4,}$/, name);
      assert.equal(first.project.trigger, second.project.trigger);
    }
  });

  const wrong: [title: string, yaml: string, ...expected: RegExp[]][] = [
    [
      'with a misspelt key names it, its place and the nearest right one',
      `${minimal}training:\n  stesp: 100\n`,
      /^azit\.yaml:4:3: 'training\.stesp' is not a known key; the nearest is 'training\.steps'\.$/,
    ],
    [
      "with a misspelt key of the trainer's own config names it, its place and the nearest right one",
      `${minimal}training:\n  override:\n    train: { optimiser: adamw }\n`,
      /^azit\.yaml:5:14: 'training\.override\.train\.optimiser' is not a key .*; the nearest is 'training\.override\.train\.optimizer'\.$/,
    ],
    [
      'with a key in the wrong section names the right one',
      `${minimal}saveEvery: 100\n`,
      /nearest is 'training\.saveEvery'/,
    ],
    [
      'with a misspelt key in a prompt finds it',
      `${minimal}sweep: { prompts: [{ id: a, txt: b }] }\n`,
      /'sweep\.prompts\[0\]\.text' is missing/,
      /3:\d+: 'sweep\.prompts\[0\]\.txt'.*'sweep\.prompts\[0\]\.text'/,
    ],
    [
      'with a text for a number says so',
      `${minimal}training: { steps: many }\n`,
      /^azit\.yaml:3:20: 'training\.steps' must be a number, not the text "many"\.$/,
    ],
    [
      'with a fraction for a count says so',
      `${minimal}training: { steps: 10.5 }\n`,
      /must be a whole number, not the number 10\.5/,
    ],
    [
      'with a list for a section says so',
      `${minimal}training: [1]\n`,
      /'training' must be a mapping of keys and values, not a list/,
    ],
    [
      'with a number for a prompt says so',
      `${minimal}sweep: { prompts: [7] }\n`,
      /'sweep\.prompts\[0\]' must be text or \{id, text\}, not the number 7/,
    ],
    [
      'with an unknown model names those there are',
      `${minimal}model: sandbx\n`,
      /'model' must be .*sandbox.*; the nearest is 'sandbox'/,
    ],
    [
      'with an unknown gate names the nearest',
      `${minimal}approvals: [ancor]\n`,
      /'approvals\[0\]'.*nearest is 'anchor'/,
    ],
    [
      'that sweeps an unsaved step names the saves beside it',
      `${minimal}sweep: { steps: [2300] }\n`,
      /3:18: 'sweep\.steps\[0\]' is 2300.*multiple of 200.*2200 or 2400/,
    ],
    [
      'that sweeps a step beyond the last says so',
      `${minimal}training: { steps: 1000 }\nsweep: { steps: [1200] }\n`,
      /is 1200, but the training ends at step 1000/,
    ],
    [
      'with words for steps that are none says which there are',
      `${minimal}sweep: { steps: evry 400 }\n`,
      /3:\d+: 'sweep\.steps' must be a list of steps, 'all' or 'every N from M', not the text "evry 400"\.$/,
    ],
    [
      'with a number for a list of steps says which forms there are',
      `${minimal}sweep: { steps: 600 }\n`,
      /'sweep\.steps' must be a list of steps, 'all' or 'every N from M', not the number 600\.$/,
    ],
    [
      'with a text among its steps names it',
      `${minimal}sweep: { steps: [200, last] }\n`,
      /'sweep\.steps\[1\]' must be a number, not the text "last"\.$/,
    ],
    [
      'that sweeps every 300 steps of those saved every 200 says so',
      `${minimal}sweep: { steps: every 300 from 600 }\n`,
      /'sweep\.steps' is 'every 300 from 600', but no checkpoint is saved there: .*multiple of 200.*200 or 400/,
    ],
    [
      'that sweeps from a step beyond the last on says so',
      `${minimal}training: { steps: 1000 }\nsweep: { steps: every 200 from 1200 }\n`,
      /'sweep\.steps' is 'every 200 from 1200', but the training ends at step 1000/,
    ],
    [
      'that sweeps all of 75 saves names what is within the limit',
      `${minimal}training: { steps: 3000, saveEvery: 40 }\nsweep: { steps: all }\n`,
      /'sweep\.steps' is 'all': that is 75 steps, but the limit is 50\. Use 'every 80 from 40'\.$/,
    ],
    [
      'with a strength out of range says so',
      `${minimal}sweep: { strength: 5 }\n`,
      /'sweep\.strength' must be at most 4, not 5/,
    ],
    [
      'with strengths in a text says which forms there are',
      `${minimal}sweep: { strength: 0.6 0.8 }\n`,
      /'sweep\.strength' must be a number or a list of numbers, not the text "0\.6 0\.8"\.$/,
    ],
    [
      'with no LoRA among its strengths names the least',
      `${minimal}sweep: { strength: [0, 1] }\n`,
      /3:\d+: 'sweep\.strength\[0\]' must be at least 0\.05, not 0\.$/,
    ],
    [
      'with too many strengths says how many there may be',
      `${minimal}sweep: { strength: [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1] }\n`,
      /3:\d+: 'sweep\.strength' must have at most 6 entries, not 7\.$/,
    ],
    [
      'with a seed that no number holds says so once',
      `${minimal}training: { seed: 9007199254740992 }\n`,
      /^[^\n]*'training\.seed' must be at most 9007199254740991, not 9007199254740992\.$/,
    ],
    ['with a strength twice says so', `${minimal}sweep: { strength: [1, 1] }\n`, /'sweep\.strength' contains 1 twice/],
    [
      'with more images at its strengths than a sweep can have counts them',
      `${minimal}sweep: { strength: [0.5, 0.6, 0.7, 0.8, 0.9, 1], steps: all, seeds: 32, prompts: [${'abcdefghij'.split('').join(', ')}] }\n`,
      /'sweep\.strength': 6 strengths x 15 checkpoints x 10 prompts x 32 seeds are 28800 images, but the limit is 25600/,
    ],
    [
      'that never saves says so',
      `${minimal}training: { steps: 100 }\n`,
      /saveEvery' is 200, but 'training.steps' is 100/,
    ],
    [
      'more checkpoints than any disk holds',
      `${minimal}training: { steps: 1000000, saveEvery: 1 }\nsweep: { steps: [1] }\n`,
      /saveEvery' is 1: 1000000 checkpoints would be saved, but the limit is 500. Set it to 2000 or more/,
    ],
    [
      'an override as long as a book',
      `${minimal}training: { override: { train: { optimizer: ${'x'.repeat(100_000)} } } }\n`,
      /'training\.override' is 98 KiB: the limit is 64 KiB/,
    ],
    ['with a step twice says so', `${minimal}sweep: { steps: [200, 200] }\n`, /'sweep\.steps' contains 200 twice/],
    [
      'with a prompt id twice says so',
      `${minimal}sweep: { prompts: [{ id: a, text: b }, { id: a, text: c }] }\n`,
      /contains the id a twice/,
    ],
    [
      'with a prompt of the sweep twice says so, with the trigger in it or without',
      `${minimal}trigger: wmn\nsweep: { prompts: [on stage, beach, 'wmn,  on stage'] }\n`,
      /:4:\d+: 'sweep\.prompts\[2\]' is the same prompt as 'sweep\.prompts\[0\]': remove it\. .*raise 'sweep\.seeds'/,
    ],
    ['with nothing behind model says so', `${minimal}model:\n`, /:3:\d+: 'model' must be sandbox, .* not nothing/],
    ['with nothing behind trigger says so', `${minimal}trigger:\n`, /'trigger' must be text, not nothing/],
    [
      'with no source of faces says which there are',
      'name: mina\n',
      /^azit\.yaml:1:1: .*'anchor\.prompt', 'anchor\.image' and 'dataset\.images'/,
    ],
    [
      'with two sources of faces says which',
      'name: m\nanchor: { prompt: x, image: a.png }\n',
      /'anchor\.prompt' and 'anchor\.image' can't both be set/,
      /does not exist/,
    ],
    ['without a name says so', 'anchor: { prompt: x }\n', /'name' is missing/],
    [
      'with a slash in the name says so',
      'name: a/b\nanchor: { prompt: x }\n',
      /'name' may contain only letters.*not the text "a\/b"/,
    ],
    ['with a quote in the name says so', `name: "a'b"\nanchor: { prompt: x }\n`, /'name' may contain only letters/],
    [
      'with a control character in the name shows it escaped',
      'name: "a\\u001b[31mb"\nanchor: { prompt: x }\n',
      /not the text "a\\u001b\[31mb"/,
    ],
    [
      'with a name of 300 letters says so',
      `name: ${'x'.repeat(300)}\nanchor: { prompt: x }\n`,
      /'name' must have at most 64 characters, not 300/,
    ],
    ['with a key twice says so', `${minimal}name: other\n`, /^azit\.yaml:3:1: this key appears twice/],
    ['that is a list says so', '- a\n- b\n', /must contain keys and values.*not a list/],
    ['that is a text says so', 'hello\n', /not the text "hello"/],
    ['that is empty says so', '# nothing\n', /azit\.yaml is empty/],
    ['that is broken YAML says where', 'name: [a\nb: c\n', /^azit\.yaml:\d+:\d+: /],
    ['that holds two documents says so', `${minimal}---\nname: b\n`, /multiple documents/],
    ['with an alias bomb is refused', bomb(), /aliases expand to too much/],
    ['nested thousands deep is refused', `name: ${'['.repeat(100_000)}`, /nested too deeply/],
    [
      'with a path out of its folder is refused',
      'name: m\nanchor: { image: ../me.jpg }\n',
      /2:18: 'anchor\.image': "\.\.\/me\.jpg" is outside the project's folder/,
    ],
    ['with a missing image says so', 'name: m\nanchor: { image: me.jpg }\n', /"me\.jpg" does not exist/],
    ['with a missing folder says so', 'name: m\ndataset: { images: faces }\n', /"faces" does not exist/],
  ];
  it('with its steps in words is another project than with the same steps in a list', async () => {
    const stepsOf = async (words: string) => {
      const yaml = `${minimal}training: { steps: 1100, saveEvery: 100 }\nsweep: { steps: ${words} }\n`;
      const { project, projectSha256 } = await load(yaml);
      return { steps: project.sweep.steps, projectSha256 };
    };
    const [all, some, listed] = [
      await stepsOf('all'),
      await stepsOf('every 400 from 200'),
      await stepsOf('[200, 600, 1000]'),
    ];
    assert.deepEqual(all.steps, [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100]);
    assert.deepEqual(some, listed);
    assert.deepEqual((await stepsOf('every 500')).steps, [500, 1000]);
  });

  it('with a list of one strength, or of several in another order, is another project than without', async () => {
    const of = async (strength: string) => {
      const { project, projectSha256 } = await load(`${minimal}sweep: { strength: ${strength} }\n`);
      return { strength: project.sweep.strength, projectSha256 };
    };
    assert.deepEqual(await of('[0.8]'), await of('0.8'));
    assert.equal((await of('[0.8]')).strength, 0.8);
    assert.equal((await of('1')).projectSha256, (await load(minimal)).projectSha256);
    assert.deepEqual(await of('[1, 0.6]'), await of('[0.6, 1]'));
    assert.deepEqual((await of('[1, 0.6]')).strength, [0.6, 1]);
  });

  for (const [title, yaml, ...expected] of wrong)
    it(title, async () => {
      const problems = await problemsOf(yaml);
      assert.equal(problems.length, expected.length, problems.join('\n'));
      for (const [index, pattern] of expected.entries()) assert.match(problems[index], pattern);
      for (const problem of problems) assert.doesNotMatch(problem, /\n/);
    });

  it('with many mistakes names them all at once, rules over several keys too', async () => {
    const yaml = `nam: mina\nmodel: 7\nanchor: { prompt: x, image: no.png }\nsweep: { steps: [2300], seed: 1 }\n`;
    const problems = await problemsOf(yaml);
    for (const pattern of [
      /'nam'.*'name'/,
      /'name' is missing/,
      /'model' must be/,
      /can't both/,
      /2300/,
      /'sweep\.seed'.*'sweep\.seeds'/,
      /no\.png/,
    ])
      assert.ok(
        problems.some((problem) => pattern.test(problem)),
        `${pattern} in:\n${problems.join('\n')}`,
      );
  });

  it('that is no text, too large, a folder or missing is refused in one sentence', async () => {
    const folder = await temporaryFolder({
      'binary.yaml': new Uint8Array([0, 1, 2, 3]),
      'latin1.yaml': new Uint8Array([0x6e, 0xe4, 0x0a]),
      'huge.yaml': `${minimal}# ${'x'.repeat(2 ** 21)}`,
    });
    await assert.rejects(loadProject(join(folder, 'binary.yaml')), /is a binary file/);
    await assert.rejects(loadProject(join(folder, 'latin1.yaml')), /is not UTF-8/);
    await assert.rejects(loadProject(join(folder, 'huge.yaml')), /larger than 1 MiB/);
    await assert.rejects(loadProject('/dev/zero'), /is a device, not a file/);
    await assert.rejects(loadProject(folder), /is a folder/);
    await assert.rejects(loadProject(join(folder, 'none.yaml')), /There is no project file.*azit init/);
  });
});

describe("a project's images", () => {
  after(removeTemporaryFolders);
  const withAnchor = 'name: m\nanchor: { image: me.png }\n';
  const withFolder = 'name: m\ndataset: { images: faces }\n';

  it('are refused when they are text, empty, cut off, tiny, a folder or over 100 megapixels', async () => {
    const whole = await picture(256, 256).png().toBuffer();
    const cut = whole.subarray(0, whole.length / 2);
    assert.match((await problemsOf(withAnchor, { 'me.png': 'hello' }))[0], /"me\.png" is not an image/);
    assert.match((await problemsOf(withAnchor, { 'me.png': '' }))[0], /"me\.png" is empty/);
    assert.match((await problemsOf(withAnchor, { 'me.png': cut }))[0], /is damaged or cut off/);
    assert.match(
      (await problemsOf(withAnchor, { 'me.png': whole.subarray(0, 20) }))[0],
      /is damaged or cut off|not an image/,
    );
    assert.match((await problemsOf(withAnchor, { 'me.png/x': 'y' }))[0], /is a folder, not an image/);
    assert.match(
      (
        await problemsOf(withAnchor, { 'me.png': '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>' })
      )[0],
      /is SVG, which AZIT does not read: export it as JPEG or PNG/,
    );
    const tiny = await picture(20, 20).png().toBuffer();
    assert.match((await problemsOf(withAnchor, { 'me.png': tiny }))[0], /20 x 20 pixels/);
    const huge = await sharp({ create: { width: 12_000, height: 10_000, channels: 3, background: '#000' } })
      .png({ compressionLevel: 1 })
      .toBuffer();
    assert.match((await problemsOf(withAnchor, { 'me.png': huge }))[0], /has 120 megapixels \(12000 x 10000\)/);
    const cutJpeg = (await picture(512, 512).jpeg().toBuffer()).subarray(0, 9000);
    assert.match((await problemsOf(withAnchor, { 'me.png': cutJpeg }))[0], /is damaged or cut off/);
  });

  it('may not leave the folder through a symbolic link, but may by an absolute path', async () => {
    const outside = await temporaryFolder({ 'me.png': await picture(128, 128).png().toBuffer() });
    const folder = await temporaryFolder({ 'azit.yaml': withAnchor });
    await symlink(join(outside, 'me.png'), join(folder, 'me.png'));
    await assert.rejects(loadProject(join(folder, 'azit.yaml')), /is outside the project's folder/);
    await writeFile(join(folder, 'azit.yaml'), `name: m\nanchor: { image: ${join(outside, 'me.png')} }\n`);
    assert.equal((await loadProject(join(folder, 'azit.yaml'))).files.anchorImage, join(outside, 'me.png'));
  });

  it('of a folder may not leave the project through a symbolic link, nor may their captions', async () => {
    const outside = await temporaryFolder({ 'me.png': await picture(128, 128).png().toBuffer(), 'me.txt': 'secret' });
    const png = await picture(128, 128).png().toBuffer();
    const folder = await temporaryFolder({ 'azit.yaml': withFolder, 'faces/a.png': png, 'faces/b.png': png });
    await symlink(join(outside, 'me.txt'), join(folder, 'faces/a.txt'));
    await assert.rejects(loadProject(join(folder, 'azit.yaml')), /a\.txt" is outside the project's folder/);
    await rm(join(folder, 'faces/a.txt'));
    await symlink(join(outside, 'me.png'), join(folder, 'faces/c.png'));
    await assert.rejects(loadProject(join(folder, 'azit.yaml')), /c\.png" is outside the project's folder/);
  });

  it('of a folder come by name with their captions; a folder without images is refused', async () => {
    const png = await picture(128, 128).png().toBuffer();
    const { files, project } = await load(withFolder, {
      'faces/b.png': png,
      'faces/a.PNG': png,
      'faces/a.txt': 'smiling',
      'faces/b.TXT': 'serious',
      'faces/c.webp': png,
      'faces/notes.md': '-',
    });
    assert.deepEqual(
      files.datasetImages?.map(({ path, captionPath }) => [path.slice(-5), captionPath?.slice(-5)]),
      [
        ['a.PNG', 'a.txt'],
        ['b.png', 'b.TXT'],
        ['.webp', undefined],
      ],
    );
    assert.equal(project.anchor, undefined);
    assert.match((await problemsOf(withFolder, { 'faces/notes.md': '-' }))[0], /"faces" contains no images/);
    assert.match(
      (await problemsOf(withFolder, { 'faces/a.png': png, 'faces/b.jpg': 'text' }))[0],
      /b\.jpg" is not an image/,
    );
    assert.match((await problemsOf(withFolder, { faces: 'text' }))[0], /is not a folder/);
  });
});

describe('projectSha256', () => {
  after(removeTemporaryFolders);

  it('is the same for another folder, spelling and key order, and differs for another meaning or content', async () => {
    const red = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#f00' } })
      .png()
      .toBuffer();
    const blue = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#00f' } })
      .png()
      .toBuffer();
    const base = await load('name: m\nanchor: { image: a.png }\n', { 'a.png': red });
    const moved = await load('anchor:\n  seed: 7\n  image: b.png\nname: m # same\n', { 'b.png': red });
    const other = await load('name: m\nanchor: { image: a.png }\n', { 'a.png': blue });
    const seeded = await load('name: m\nanchor: { image: a.png, seed: 8 }\n', { 'a.png': red });
    assert.equal(base.projectSha256, moved.projectSha256);
    assert.notEqual(base.projectSha256, other.projectSha256);
    assert.notEqual(base.projectSha256, seeded.projectSha256);
  });
});

function bomb(): string {
  const levels = Array.from({ length: 12 }, (_, level) =>
    level === 0
      ? 'a0: &a0 [x, x]'
      : `a${level}: &a${level} [${Array(9)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
  );
  return `${minimal}training:\n  override:\n${levels.map((line) => `    ${line}\n`).join('')}`;
}
