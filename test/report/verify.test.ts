import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { verifyReportFolder, writeReportFolder } from '../../src/report/index.js';
import { finishedRun, Pictures } from './fixture.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the tests break a document on purpose
type Document = any;

describe('azit verify', () => {
  let root: string;
  let sound: string;
  let folder: string;

  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'azit-verify-'));
    sound = path.join(root, 'sound');
    const pictures = new Pictures();
    const data = await finishedRun(pictures, { prompts: ['base'], seeds: 1, side: 64, yaws: [0, 30] });
    await writeReportFolder({ data, read: pictures.read, directory: sound });
  });
  beforeEach(async () => {
    folder = path.join(root, 'broken');
    await cp(sound, folder, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));
  after(() => rm(root, { recursive: true, force: true }));

  async function edit(change: (document: Document) => void): Promise<void> {
    const file = path.join(folder, 'report.json');
    const document = JSON.parse(await readFile(file, 'utf8')) as Document;
    change(document);
    await writeFile(file, JSON.stringify(document));
  }

  async function problem(): Promise<string> {
    const { ok, problems } = await verifyReportFolder(folder);
    assert.equal(ok, false);
    assert.equal(problems.length, 1, problems.join('\n'));
    return problems[0];
  }

  const firstPicture = async (): Promise<string> =>
    (JSON.parse(await readFile(path.join(folder, 'report.json'), 'utf8')) as Document).stages[2].outputs[0]
      .path as string;

  it('finds fault with a sound folder', async () => {
    assert.deepEqual(await verifyReportFolder(folder), { ok: true, problems: [] });
  });

  it('does not see a changed image', async () => {
    const picture = await firstPicture();
    const file = path.join(folder, picture);
    const bytes = await readFile(file);
    bytes[bytes.length - 20] ^= 1;
    await writeFile(file, bytes);
    assert.match(await problem(), /has changed since it was written/);
  });

  it('does not see a missing image', async () => {
    const picture = await firstPicture();
    await rm(path.join(folder, picture));
    assert.equal(await problem(), `${picture} is missing.`);
  });

  it('does not see a changed strip', async () => {
    await writeFile(path.join(folder, 'strip-base.png'), 'another');
    assert.match(await problem(), /^strip-base\.png has changed/);
  });

  const wrong: [string, (document: Document) => void, RegExp][] = [
    ['another version', (d) => (d.azit = 2), /^report\.json: azit /],
    ['a missing field', (d) => delete d.checkpoints[1].identity, /^report\.json: checkpoints\[1\]\.identity /],
    ['a state that is none', (d) => (d.stages[4].state = 'finished'), /^report\.json: stages\[4\]\.state /],
    ['five stages', (d) => d.stages.pop(), /^report\.json: stages are not the six stages in order/],
    [
      'a cosine of 7',
      (d) => (d.strips[0].images[0].identity = 7),
      /^report\.json: strips\[0\]\.images\[0\]\.identity /,
    ],
    ['a chosen step that is none', (d) => (d.choice.step = 2300), /choice\.step 2300 is not among the checkpoints/],
    ['steps out of order', (d) => d.checkpoints.reverse(), /ascending/],
    [
      'a path out of the folder',
      (d) => (d.editorial[0].path = '../../etc/passwd'),
      /^report\.json: editorial\[0\]\.path is not a relative path/,
    ],
    [
      'an absolute path',
      (d) => (d.editorial[0].path = '/etc/passwd'),
      /^report\.json: editorial\[0\]\.path is not a relative path/,
    ],
    ['half a sha256', (d) => (d.editorial[0].sha256 = 'abcd'), /^report\.json: editorial\[0\]\.sha256 is not a sha256/],
  ];
  for (const [what, change, expected] of wrong) {
    it(`passes ${what} in report.json`, async () => {
      await edit(change);
      assert.match(await problem(), expected);
    });
  }

  it('throws where there is no report, or no JSON, instead of saying so', async () => {
    await writeFile(path.join(folder, 'report.json'), '{"azit": 1,');
    assert.match(await problem(), /is not valid JSON/);
    const { problems } = await verifyReportFolder(path.join(root, 'nowhere'));
    assert.match(problems.join(), /can't be read: give the folder/);
  });

  it('waits for a pipe, follows a link or unfolds JSON without end', async function () {
    if (process.platform === 'win32') this.skip();
    const { editorial } = JSON.parse(await readFile(path.join(folder, 'report.json'), 'utf8')) as Document;
    const picture = path.join(folder, editorial[0].path);
    await rm(picture);
    execFileSync('mkfifo', [picture]);
    assert.match(await problem(), /^images\/.* is a pipe, not a file\.$/);
    await rm(picture);
    await symlink('/dev/zero', picture);
    assert.match(await problem(), /is a symbolic link, not a file\.$/);
    const report = path.join(folder, 'report.json');
    await writeFile(report, '['.repeat(1e6) + ']'.repeat(1e6));
    assert.match(await problem(), /is JSON nested too deeply\.$/);
    await rm(report);
    execFileSync('mkfifo', [report]);
    assert.match(await problem(), /report\.json is a pipe, not a file\.$/);
  });

  it('does not miss the page', async () => {
    await rm(path.join(folder, 'report.html'));
    assert.equal(await problem(), 'report.html is missing.');
  });
});
