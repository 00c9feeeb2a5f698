import assert from 'node:assert/strict';
import { join } from 'node:path';
import { InputError } from '../../src/project/input-error.js';
import { loadProject } from '../../src/project/load.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';

async function load(yaml: string) {
  const folder = await temporaryFolder({ 'azit.yaml': yaml });
  return await loadProject(join(folder, 'azit.yaml'));
}

/** Its message, without the folder's name. */
async function refusalOf(yaml: string): Promise<string> {
  const folder = await temporaryFolder({ 'azit.yaml': yaml });
  const path = join(folder, 'azit.yaml');
  return await loadProject(path).then(
    () => assert.fail('it was taken'),
    (error: unknown) => {
      assert.ok(error instanceof InputError, (error as Error).stack);
      return error.message.replaceAll(path, 'azit.yaml');
    },
  );
}

describe('a text without quotes', () => {
  after(removeTemporaryFolders);

  const anchor = (value: string): string => `name: mina\nanchor:\n  prompt: ${value}\n`;
  const refused: [title: string, yaml: string, told: RegExp][] = [
    ['that begins with @', anchor('@mina portrait'), /^azit\.yaml:3:11: .*as in prompt: "@mina portrait"$/],
    ['that begins with a backtick', anchor('`mina` portrait'), /^azit\.yaml:3:11: .*quotes/],
    ['that begins with %', anchor('%mina'), /^azit\.yaml:3:11: .*quotes/],
    [
      'that begins with [trigger]',
      anchor('[trigger], photo'),
      /^azit\.yaml:3:11: .*as in prompt: "\[trigger\], photo"$/,
    ],
    ['that begins with {', anchor('{mina} photo'), /^azit\.yaml:3:11: .*quotes/],
    ['that begins with *', anchor('*mina* photo'), /^azit\.yaml:3:11: .*quotes/],
    ['that begins with >', anchor('> a woman'), /^azit\.yaml:3:11: .*quotes/],
    ['that begins with -', anchor('- a woman'), /^azit\.yaml:3:11: .*quotes/],
    ["that holds ': '", anchor('photo: young woman'), /^azit\.yaml:3:11: .*as in prompt: "photo: young woman"$/],
    [
      'that goes on after its quotes',
      anchor('"mina" portrait'),
      /^azit\.yaml:3:11: .*as in prompt: '"mina" portrait'$/,
    ],
    [
      'with a Windows path in double quotes',
      'name: m\nanchor: { image: x }\ndataset:\n  images: "C:\\images"\n',
      /single quotes/,
    ],
    [
      'in a list that begins with [trigger]',
      `${anchor('x')}sweep:\n  prompts:\n    - [trigger] in a cafe, smiling\n    - photo\n`,
      /^azit\.yaml:6:7: .*as in - "\[trigger\] in a cafe, smiling"$/,
    ],
    [
      "in a list that holds ': '",
      `${anchor('x')}sweep:\n  prompts:\n    - portrait photo: a woman\n`,
      /^azit\.yaml:6:7: .*put quotes around the whole text/,
    ],
    [
      'in a list that is [trigger] alone',
      `${anchor('x')}sweep:\n  prompts:\n    - [trigger]\n`,
      /6:7: .*not a list: put quotes/,
    ],
    [
      'in braces that holds a comma',
      'name: mina\nanchor: { prompt: a woman, smiling }\n',
      /2:28: .*inside \{ \} a comma ends it/,
    ],
    ['that is a number', 'name: 2024\nanchor: { prompt: x }\n', /not the number 2024: put quotes around it/],
  ];
  for (const [title, yaml, told] of refused)
    it(`${title} is told by its place and the quotes it needs, not in the words of a parser`, async () => {
      assert.match(await refusalOf(yaml), told);
    });

  it('that YAML cuts at a #, an & or a ! is not trained without a word', async () => {
    assert.match(await refusalOf(anchor('woman #1, red hair')), /^azit\.yaml:3:11: .*it is "woman".*"#1, red hair"/);
    assert.match(await refusalOf(anchor('#1 woman')), /it is empty/);
    assert.match(await refusalOf(anchor('&mina portrait')), /^azit\.yaml:3:11: "&mina" .*left out of the text/);
    assert.match(await refusalOf(anchor('!bold portrait')), /^azit\.yaml:3:11: "!bold" .*left out of the text/);
    const { notes } = await load(anchor('a woman # the first'));
    assert.equal(notes.length, 1);
    assert.match(notes[0], /:3:11: the text ends before the #: it is "a woman"/);
    assert.deepEqual((await load(anchor('a woman  # the first').replace('mina', 'mina # me'))).notes, []);
    assert.deepEqual((await load(`${anchor('"woman #1"')}# all\nmodel: sandbox # own\n`)).notes, []);
  });

  it('that a shell or a browser would understand is no missing file', async () => {
    assert.match(
      await refusalOf('name: m\ndataset: { images: ~/faces }\n'),
      /begins with ~, .*write the full path, such as \//,
    );
    assert.match(
      await refusalOf('name: m\ndataset: { images: ~kim/faces }\n'),
      /begins with ~, .*write the full path\.$/,
    );
    assert.match(
      await refusalOf('name: m\nanchor: { image: "https://example.org/../../../me.jpg" }\n'),
      /is a URL.*save the file/,
    );
    assert.match(await refusalOf('name: m\nanchor: { image: "file:///me.jpg" }\n'), /without file:\/\//);
    assert.match(await refusalOf('name: m\nanchor: { image: $HOME/me.jpg }\n'), /contains a variable/);
  });
});

describe('a trigger', () => {
  after(removeTemporaryFolders);

  it('with a hyphen, or of hyphens and underscores, ends nobody in a stack trace', async () => {
    for (const trigger of ['mina-x', '-mina', 'mi_na-', '--', '__', '미나-1']) {
      const prompts = `[a woman, "${trigger} on stage", "[trigger] in rain"]`;
      const { project } = await load(
        `name: m\ntrigger: "${trigger}"\nanchor: { prompt: x }\nsweep: { prompts: ${prompts} }\n`,
      );
      const texts = project.sweep.prompts.map(({ text }) => text);
      assert.deepEqual(texts, [`${trigger}, a woman`, `${trigger} on stage`, `${trigger} in rain`]);
    }
  });
});

describe('a project file full of mistakes', () => {
  after(removeTemporaryFolders);
  const minimal = 'name: mina\nanchor: { prompt: p }\n';
  const lines = (count: number, line: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => line(index)).join('\n');
  const full: [title: string, yaml: string, more: string][] = [
    ['60,000 unknown keys', minimal + lines(60_000, (index) => `k${index}: 1`), '59,990'],
    ['4,000 anchors', minimal + lines(4000, (index) => `a${index}: &a${index} x`), '3,990'],
    ['2,000 keys that stand twice', minimal + lines(2000, (index) => `k${index % 1990}: 1`), '1,990'],
    [
      '4,000 unknown settings of the trainer',
      `${minimal}training:\n  override:\n    train:\n${lines(4000, (index) => `      o${index}: 1`)}`,
      '3,990',
    ],
    ['4,000 gates', `${minimal}approvals: [${'anchor, '.repeat(4000)}]`, '3,989'],
  ];
  for (const [title, yaml, more] of full)
    it(`${title} are ten sentences and the number of the rest, not minutes of work`, async () => {
      const told = (await refusalOf(yaml)).split('\n');
      assert.equal(told.length, 11);
      assert.equal(told[10], `… and ${more} more.`);
    });
});
