import assert from 'node:assert/strict';
import { execa } from 'execa';
import { kinds } from '../../bench/choice/kinds.js';
import { rules } from '../../bench/choice/rules.js';

const run = async (words: string[]) => (await execa('npx', ['tsx', ...words], { reject: false })).stdout.split('\n');

describe('bench:identity, bench:choice and bench:stopping', function () {
  this.timeout(120_000);

  it('pictures are made and measured to the last one, with a line a figure', async () => {
    const lines = await run(['bench/identity.ts', '--alone', '--pictures', '4', '--runs', '1']);
    assert.match(lines[0], /^pictures of 1024 x 1024: 4, a face found in 4$/);
    assert.deepEqual(
      lines.slice(1).map((line) => line.replace(/[\d.]+/, 'N')),
      ['pictures a second: N /s', 'peak memory: N MB'],
    );
  });

  it('a kind of sweep, a rule or a figure is missing, whatever so few draws make of the goals', async () => {
    const lines = await run(['bench/choice.ts', '2']);
    const named = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;
    assert.equal(named(/ no clear winner [\d.]+ %$/), Object.keys(kinds).length, lines.join('\n'));
    assert.equal(named(/^ {2}real, .*: regret \d/), Object.keys(rules).length);
    assert.equal(named(/\(goal: <= [\d.]+\) (met|MISSED)$/), 8);
  });

  it('a kind, a lock time or a figure of stopped trainings is missing', async () => {
    const lines = await run(['bench/stopping.ts', '1']);
    const named = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;
    // Five lock times, three real trainings.
    assert.equal(named(/: \d+, saved [-\d.]+ %, stopped \d+ %/), Object.keys(kinds).length + 9, lines.join('\n'));
    assert.equal(named(/\(goal: [<>]= [\d.]+\) (met|MISSED)$/), 6);
  });
});
