import assert from 'node:assert/strict';
import { execa } from 'execa';

const run = async (words: string[]) => (await execa('npx', ['tsx', ...words], { reject: false })).stdout.split('\n');

describe('bench:identity and bench:choice', function () {
  this.timeout(120_000);

  it('pictures are made and measured to the last one, with a line a figure', async () => {
    const lines = await run(['bench/identity.ts', '--alone', '--pictures', '4', '--runs', '1']);
    assert.match(lines[0], /^pictures of 1024 x 1024: 4, a face found in 4$/);
    assert.deepEqual(
      lines.slice(1).map((line) => line.replace(/[\d.]+/, 'N')),
      ['pictures a second: N /s', 'peak memory: N MB'],
    );
  });

  it('every kind of trajectory has its figure, whatever so few draws make of the goals', async () => {
    const lines = await run(['bench/choice.ts', '4']);
    const figures = lines.filter((line) => / % of 4 \(goal: [<>]= \d+\) (met|MISSED)$/.test(line));
    assert.equal(figures.length, 9, lines.join('\n'));
  });
});
