import assert from 'node:assert/strict';
import { execa } from 'execa';

describe('bench:training', function () {
  this.timeout(120_000);

  it('runs and says a line a figure, whatever this machine makes of the goals', async () => {
    const words = ['--steps', '2000', '--bytes', '1000000', '--saves', '1', '--kills', '0'];
    const { stdout, stderr } = await execa('npx', ['tsx', '--expose-gc', 'bench/training.ts', ...words], {
      reject: false,
    });
    const lines = stdout.split('\n').filter((line) => /: .* \(goal: <= \d+\) (met|MISSED)$/.test(line));
    assert.equal(lines.length, 3, stdout + stderr);
  });
});
