import assert from 'node:assert/strict';
import { execa } from 'execa';

describe('bench:comfyui', function () {
  this.timeout(120_000);

  it('still measures every figure, whatever it finds on a busy machine', async () => {
    const { stdout, stderr, exitCode } = await execa('npx', ['tsx', 'bench/comfyui.ts', '--smoke'], { reject: false });
    assert.ok(exitCode === 0 || exitCode === 1, stderr);
    const figures = stdout.split('\n').filter((line) => / \(goal: [<>]= [\d.]+\) (met|MISSED)$/.test(line));
    assert.equal(figures.length, 9, stdout);
    for (const certain of [
      /loads of 3 LoRAs by 2 servers: 3 /,
      /whole histories asked for: 0 /,
      /POSTs a render: 1 /,
    ]) {
      assert.match(stdout, certain);
    }
  });
});
