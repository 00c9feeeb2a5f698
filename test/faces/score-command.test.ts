import assert from 'node:assert/strict';
import { symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Command } from 'commander';
import { execa } from 'execa';
import sharp from 'sharp';
import { exitCodeOfError } from '../../src/cli/exit-codes.js';
import { registerScoreCommand } from '../../src/cli/score.js';
import { ensureModels, scoreBatch } from '../../src/faces/index.js';
import { fromFile } from '../../src/faces/score/measurements.js';
import type { ScoreDocument } from '../../src/faces/score/score-document.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';
import { beside, engine, head, plain } from './heads.js';

interface Ended {
  stdout: string;
  stderr: string;
  exitCode: number;
}

/** Runs `azit score ...` in this process, catching what it writes. */
async function score(...words: string[]): Promise<Ended> {
  const ended: Ended = { stdout: '', stderr: '', exitCode: 0 };
  const [out, err] = [process.stdout.write, process.stderr.write];
  process.stdout.write = (text) => ((ended.stdout += String(text)), true);
  process.stderr.write = (text) => ((ended.stderr += String(text)), true);
  try {
    const program = new Command();
    registerScoreCommand(program);
    await program.parseAsync(['node', 'azit', 'score', ...words]);
  } catch (error) {
    // As the command line ends: one sentence, and the code that the error's class says.
    ended.stderr += `${(error as Error).message}\n`;
    ended.exitCode = exitCodeOfError(error);
  } finally {
    [process.stdout.write, process.stderr.write] = [out, err];
  }
  return ended;
}

describe('identity: azit score', function () {
  this.timeout(120_000);
  let folder: string;

  before(async () => {
    await ensureModels();
    folder = await temporaryFolder({
      'mixed/a.png': await head(3),
      'mixed/a.txt': 'its caption',
      'mixed/b.jpg': 'text named as an image',
      'mixed/c.png': await plain(90, 90).png().toBuffer(),
      'reference.png': await head(3, 'yaw 15'),
      'wall.png': await plain(90, 90).png().toBuffer(),
      'empty/.hidden': '',
    });
  });
  after(removeTemporaryFolders);

  it('a mixed folder is one JSON document: each file with its numbers or its error, captions left out', async () => {
    const reference = join(folder, 'reference.png');
    const { stdout, exitCode } = await score('--reference', reference, '--images', join(folder, 'mixed'), '--json');
    const document = JSON.parse(stdout) as ScoreDocument;
    assert.equal(exitCode, 0);
    assert.deepEqual(Object.keys(document).slice(0, 5), ['embedder', 'threshold', 'references', 'images', 'summary']);
    const [a, b, c] = document.images;
    assert.equal(document.images.length, 3);
    assert.ok(a.similarities[0].similarity > 0.37 && a.similarities[0].reference === reference && a.box && a.pose);
    assert.match(b.error ?? '', /b\.jpg is not an image/);
    assert.deepEqual([c.faces, c.box, c.similarities], [0, null, []]);
    const { n, noFace, unreadable } = document.summary;
    assert.deepEqual([n, noFace, unreadable], [1, 1, 1]);
  });

  it('a pipe, a dangling link and a link to a folder are told in a sentence each, and nothing waits for them', async () => {
    const odd = await temporaryFolder({ 'a.png': await head(3), 'li\nne.png': await head(3) });
    await execa('mkfifo', [join(odd, 'pipe.jpg')]);
    await symlink('/nowhere', join(odd, 'dangling.jpg'));
    await symlink(odd, join(odd, 'loop'));
    const { stdout } = await score('--reference', join(odd, 'a.png'), '--images', odd, '--json');
    const { images } = JSON.parse(stdout) as ScoreDocument;
    const told = Object.fromEntries(images.map(({ path, error, faces }) => [basename(path), error ?? faces]));
    assert.equal(told['a.png'], 1);
    assert.equal(told['li\nne.png'], 1);
    assert.match(String(told['pipe.jpg']), /pipe\.jpg is a pipe, not a file\.$/);
    assert.match(String(told['dangling.jpg']), /dangling\.jpg does not exist\.$/);
    assert.match(String(told.loop), /loop is a folder, not a file\.$/);
    const table = await score('--reference', join(odd, 'a.png'), '--images', join(odd, 'li\nne.png'));
    assert.match(table.stdout, /li\\nne\.png {2}1 /);
  });

  it('without --json it is a table that names every image and the mean', async () => {
    const training = join(folder, 'mixed');
    const { stdout } = await score(
      '--reference',
      join(folder, 'mixed'),
      '--images',
      join(folder, 'mixed'),
      '--training',
      training,
    );
    assert.match(stdout, /nearest training/);
    for (const name of ['a.png', 'b.jpg', 'c.png']) assert.ok(stdout.includes(name));
    assert.match(stdout, /identity \d\.\d\d\d .* over 1 images with a face; 1 without \(50%\), 1 unreadable/);
    assert.match(stdout, /reference not used: .*c\.png shows no face/);
  });

  it('the nearest training image is named, the pose-matched references told, landmarks lie in the box', async () => {
    const mixed = join(folder, 'mixed');
    const reference = join(folder, 'reference.png');
    const { stdout } = await score('--reference', reference, '--images', mixed, '--training', mixed, '--json');
    const { images, summary } = JSON.parse(stdout) as ScoreDocument;
    const [a] = images;
    assert.deepEqual(a.nearestTraining, { path: join(mixed, 'a.png'), similarity: 1 });
    assert.deepEqual([a.poseMatched, a.scored], [[reference], 'the only face']);
    const [left, top, right, bottom] = a.box!;
    assert.ok(a.landmarks!.every(([x, y]) => x > left && x < right && y > top && y < bottom));
    assert.deepEqual([summary.noFaceShare, summary.diversity, summary.samePerson], [0.5, null, 1]);
  });

  it('the same faces have the same identity as in a run, with the weight of each reference', async () => {
    const turned = await temporaryFolder({ 'a.png': await head(3), 'b.png': await head(3, 'yaw 20') });
    const references = [join(turned, 'a.png'), join(turned, 'b.png'), join(folder, 'reference.png')];
    const image = join(turned, 'a.png');
    const { stdout } = await score('--reference', ...references, '--images', image, '--json');
    const document = JSON.parse(stdout) as ScoreDocument;
    const inRun = await scoreBatch(await engine(), {
      images: [fromFile(image)],
      references: references.map(fromFile),
    });
    const [{ identity, similarities }] = document.images;
    assert.equal(identity, inRun.images[0].measured.identity);
    assert.match(document.weighting, /within 25 degrees of yaw/);
    const weighted = similarities.reduce((sum, { similarity, weight }) => sum + similarity * weight, 0);
    assert.ok(Math.abs(weighted - identity!) < 0.001);
    const table = await score('--reference', ...references, '--images', image);
    assert.match(table.stdout, /^identity: mean cosine to the references within 25 degrees of yaw/m);
  });

  it('of a group as reference it says which face was taken; a smaller face of the person in a group is found', async () => {
    const small = await sharp(await head(3))
      .resize(200)
      .png()
      .toBuffer();
    const group = join(await temporaryFolder({ 'group.png': await beside(head(8), small) }), 'group.png');
    const json = await score('--reference', group, '--images', group, '--json');
    const [{ faces, box, certainty }] = (JSON.parse(json.stdout) as ScoreDocument).references;
    assert.equal(faces, 2);
    assert.ok(box![2] <= 384 && certainty! > 0.65);
    const table = await score('--reference', group, '--images', group);
    assert.match(
      table.stdout,
      /group\.png shows 2 faces: compared with the largest, most central one, \d+ x \d+ pixels at \d+, \d+/,
    );
    const found = await score('--reference', join(folder, 'reference.png'), '--images', group, '--json');
    const [image] = (JSON.parse(found.stdout) as ScoreDocument).images;
    assert.equal(image.scored, 'the one of 2 faces most similar to the references');
    assert.ok(image.identity! > 0.37 && image.box![0] > 384);
  });

  it('--out draws an image, not a document; another ending is refused before anything is measured', async () => {
    const [reference, mixed] = [join(folder, 'reference.png'), join(folder, 'mixed')];
    const out = join(folder, 'strip.png');
    const { stdout } = await score('--reference', reference, '--images', mixed, '--out', out);
    assert.match(stdout, /identity/);
    const { format, width } = await sharp(out).metadata();
    assert.ok(format === 'png' && width! >= 720);
    const ended = await score('--reference', reference, '--images', mixed, '--out', join(folder, 'strip.json'));
    assert.equal(ended.exitCode, 2);
    assert.match(ended.stderr, /must end in \.png, \.jpg or \.webp/);
  });

  it('a path that is not there, an empty folder and references without a face: one sentence, exit code 2', async () => {
    const image = join(folder, 'mixed', 'a.png');
    for (const [reference, words] of [
      [join(folder, 'nobody.png'), /^There is no file or folder .*nobody\.png\.\n$/],
      [join(folder, 'empty'), /^The folder .*empty contains no images\.\n$/],
      [join(folder, 'wall.png'), /^No face found in .*wall\.png, so there is nothing to compare with\.\n$/],
      [join(folder, 'mixed', 'b.jpg'), /^.*b\.jpg is not an image/],
    ] as const) {
      const ended = await score('--reference', reference, '--images', image, '--json');
      assert.equal(ended.exitCode, 2);
      assert.equal(ended.stdout, '');
      assert.match(ended.stderr, words);
    }
  });

  it('damaged model files are told before anything is scored', async () => {
    const models = await temporaryFolder();
    await writeFile(join(models, 'fr_detect.onnx'), 'other');
    const before = process.env.AZIT_MODELS;
    process.env.AZIT_MODELS = models;
    try {
      const image = join(folder, 'mixed', 'a.png');
      const ended = await score('--reference', image, '--images', image);
      assert.equal(ended.exitCode, 4);
      assert.match(ended.stderr, /fr_detect\.onnx is not the expected one/);
    } finally {
      if (before === undefined) delete process.env.AZIT_MODELS;
      else process.env.AZIT_MODELS = before;
    }
  });
});
