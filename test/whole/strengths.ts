import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Azit, projectFolder, readReport, smallProject } from '../pipeline/azit.js';

/** Of its own, so that it finds no renders of another test; one strength first, then two. */
const project = (strength: string): string =>
  smallProject.replace('name: mina', 'name: strong').replace('sweep:\n', `sweep:\n  strength: ${strength}\n`);

describe('a whole run with two strengths', function () {
  this.timeout(600_000);

  it('trains again, renders again what one strength has shown, or does not say at which strength it chose', async () => {
    const folder = await projectFolder();
    const home = join(folder, '.azit');
    const azit = async (...words: string[]) => {
      const ended = await new Azit(words, { home, cwd: folder }).ended;
      assert.equal(ended.code, 0, ended.stderr);
      return ended;
    };
    await writeFile(join(folder, 'small.yaml'), project('1'));
    await azit('run', 'small.yaml', '--id', 'one');
    await writeFile(join(folder, 'small.yaml'), project('[1, 0.5]'));
    await azit('run', 'small.yaml', '--id', 'two');
    const [one, two] = [
      await readReport(join(folder, 'azit-report-one')),
      await readReport(join(folder, 'azit-report-two')),
    ];
    assert.deepEqual(
      two.checkpoints.map(({ sha256 }) => sha256),
      one.checkpoints.map(({ sha256 }) => sha256),
    );
    const at = (wanted: number) => two.strips.filter(({ strength }) => strength === wanted);
    const hashes = (strips: typeof two.strips) => strips.map(({ images }) => images.map(({ sha256 }) => sha256));
    assert.deepEqual(hashes(at(1)), hashes(one.strips));
    assert.equal(new Set([...hashes(at(0.5)), ...hashes(at(1))].flat()).size, 12);
    const reused = two.timeline.filter(({ kind, stage }) => kind === 'reuse' && stage === 'sweep');
    assert.deepEqual(reused.map(({ text }) => /\d+ images?/.exec(text)?.[0]).toSorted(), [
      '4 images',
      '4 images',
      '4 images',
      '4 images',
    ]);
    const { step, strength } = two.choice;
    assert.ok(strength === 0.5 || strength === 1, String(strength));
    assert.match((await azit('choose', 'two', '--explain')).stdout, /[Ss]trength/);
    const other = strength === 1 ? 0.5 : 1;
    await azit('choose', 'two', '--step', '180', '--strength', String(other));
    const again = await readReport(join(folder, 'azit-report-two'));
    assert.deepEqual([again.choice.step, again.choice.strength], [180, other]);
    assert.notDeepEqual(again.editorial, two.editorial, `chosen before: ${step}`);
    await azit('verify', 'azit-report-two');
    const card = await readFile(join(folder, 'azit-lora-two', 'README.md'), 'utf8');
    assert.match(card, new RegExp(`\\*\\*Strength:\\*\\* ${other.toFixed(2)}; strengths compared: 0\\.5, 1`));
  });
});
