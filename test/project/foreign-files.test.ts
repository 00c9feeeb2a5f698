import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { graphProblems, readGraphFile } from '../../src/project/graph-file.js';
import { nodesRun } from '../../src/project/graph-reach.js';
import { InputError } from '../../src/project/input-error.js';
import { loadProject } from '../../src/project/load.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';

const own = 'name: m\ndataset: { images: faces }\n';
const anchored = 'name: m\nanchor: { image: me.png }\n';
const graphed = 'name: m\nanchor: { prompt: x }\ngraphs: { textToImage: own.json }\n';

type Lay = (folder: string) => Promise<unknown>;
const pipe =
  (name: string): Lay =>
  async (folder) =>
    execFileSync('mkfifo', [join(folder, name)]);
const device =
  (name: string): Lay =>
  (folder) =>
    symlink('/dev/zero', join(folder, name));
const sparse =
  (name: string, bytes: number): Lay =>
  async (folder) => {
    await writeFile(join(folder, name), '');
    await truncate(join(folder, name), bytes);
  };

describe('what a project names', () => {
  after(removeTemporaryFolders);
  before(function () {
    if (process.platform === 'win32') this.skip();
  });

  const twenty = 20 * 1024 ** 3;
  const refused: [title: string, yaml: string, lay: Lay, told: RegExp][] = [
    ['a pipe as graph', graphed, pipe('own.json'), /"own\.json" is a pipe, not a file\./],
    ['a graph of 20 GB', graphed, sparse('own.json', twenty), /"own\.json" is too large for a graph/],
    ['a pipe as image', anchored, pipe('me.png'), /"me\.png" is a pipe, not an image\./],
    [
      'an image of 20 GB, before it is hashed',
      anchored,
      sparse('me.png', twenty),
      /"me\.png" is 20\.0 GiB: the limit is 320 MiB/,
    ],
    ['a pipe among the images', own, pipe('faces/b.png'), /b\.png" is a pipe, not an image\./],
    ['a pipe as caption', own, pipe('faces/a.txt'), /a\.txt" is a pipe, not a file\./],
    ['a caption of 2 GB', own, sparse('faces/a.txt', 2 * 1024 ** 3), /a\.txt" is longer than 16 KiB/],
    ['a folder as caption', own, (folder) => mkdir(join(folder, 'faces/a.txt')), /a\.txt" is a folder, not a file\./],
  ];
  for (const [title, yaml, lay, told] of refused)
    it(`${title} neither hangs nor fills the memory`, async () => {
      const folder = await prepared(yaml, lay);
      await assert.rejects(loadProject(join(folder, 'azit.yaml')), (error: unknown) => {
        assert.ok(error instanceof InputError, (error as Error).stack);
        assert.match(error.message, told);
        return true;
      });
    });

  it('a device behind a caption or a graph that is a link is refused, by an absolute path too', async () => {
    const folder = await prepared(own, device('faces/a.txt'));
    const absolute = own.replace('faces', JSON.stringify(join(folder, 'faces')));
    await writeFile(join(folder, 'azit.yaml'), absolute);
    await assert.rejects(loadProject(join(folder, 'azit.yaml')), /a\.txt" is a device, not a file\./);
    await writeFile(join(folder, 'azit.yaml'), graphed.replace('own.json', '/dev/zero'));
    await assert.rejects(loadProject(join(folder, 'azit.yaml')), /"\/dev\/zero" is a device, not a file\./);
  });

  it('a project file that is a pipe waits for nobody', async () => {
    const folder = await temporaryFolder();
    await pipe('azit.yaml')(folder);
    await assert.rejects(loadProject(join(folder, 'azit.yaml')), /azit\.yaml is a pipe, not a file\./);
  });
});

async function prepared(yaml: string, lay: Lay): Promise<string> {
  const png = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#987' } })
    .png()
    .toBuffer();
  const folder = await temporaryFolder({ 'azit.yaml': yaml, 'faces/a.png': png });
  await lay(folder);
  return folder;
}

describe('a graph that no person made', () => {
  after(removeTemporaryFolders);
  const titled = (title: string, inputs: Record<string, unknown>) => ({ class_type: 'A', inputs, _meta: { title } });

  it('of 60,000 nodes is refused by their number', () => {
    const nodes = Array.from({ length: 60_000 }, (_, index) => [index, titled('', { a: [String(index + 1), 0] })]);
    assert.deepEqual(graphProblems(Object.fromEntries(nodes), 'text-to-image'), [
      'has 60,000 nodes: the limit is 5,000',
    ]);
  });

  it('with 200,000 links at one node, or 5,000 nodes in a row, ends no stack', () => {
    const links = Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`i${index}`, ['1', 0]]));
    const wide = { 1: titled('azit:seed', { seed: 1 }), 2: titled('azit:save', { filename_prefix: 'x', ...links }) };
    assert.deepEqual([...nodesRun(wide)].sort(), ['1', '2']);
    assert.match(graphProblems(wide, 'text-to-image').join(), /no node titled 'azit:prompt'/);
    const row = Array.from({ length: 4999 }, (_, index) => [String(index), titled('', { a: [String(index + 1), 0] })]);
    const long = { ...Object.fromEntries(row), save: titled('azit:save', { a: ['0', 0] }) };
    assert.equal(nodesRun(long).size, 5000);
  });

  it('nested without end is a sentence', async () => {
    const folder = await temporaryFolder({ 'deep.json': '{"1":'.repeat(100_000) + '1' + '}'.repeat(100_000) });
    const read = await readGraphFile(join(folder, 'deep.json'));
    assert.deepEqual(read, { ok: false, reason: 'is JSON nested too deeply' });
  });
});
