import assert from 'node:assert/strict';
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isHeld, takeLock } from '../../src/machine/lock.js';
import { processIdentity } from '../../src/machine/processes.js';
import { temporaryFolder } from '../support/folder.js';
import { Program } from '../support/program.js';

describe('the lock of the embedded default', () => {
  it('refuses a second taker while the first lives, and is free after it is given back', async () => {
    const path = join(await temporaryFolder(), 'home', 'lock');
    const release = await takeLock(path);
    assert.ok(release);
    assert.equal(await takeLock(path), null);
    assert.equal(await isHeld(path), true);
    await release();
    assert.equal(await isHeld(path), false);
    assert.ok(await takeLock(path));
  });

  it('of a killed owner goes to one of several that want it at once, never to two', async () => {
    const path = join(await temporaryFolder(), 'lock');
    const takers = [1, 2, 3, 4].map(() => new Program('test/embedded/programs/taking.ts', [path]));
    try {
      await Promise.all(takers.map((taker) => taker.says(/ready/)));
      for (let round = 0; takers.length > 1; round += 1) {
        // The lock of a process that is gone: round 0 one that never was, then the winner that was killed.
        if (round === 0) await writeFile(path, JSON.stringify({ pid: 2 ** 22 - 1, identity: 'gone' }));
        const before = takers.map((taker) => taker.output.length);
        for (const taker of takers) taker.child.stdin?.write('go\n');
        const answers = await Promise.all(
          takers.map(
            async (taker, index) => (await taker.says(new RegExp(`^[^]{${before[index]}}[^]*(taken|refused)`)))[1],
          ),
        );
        const winners = takers.filter((_, index) => answers[index] === 'taken');
        assert.ok(winners.length <= 1, answers.join(' '));
        for (const winner of winners) {
          takers.splice(takers.indexOf(winner), 1);
          await winner.kill();
        }
        assert.ok(round < 50, 'the lock is never taken');
      }
    } finally {
      await Promise.all(takers.map((taker) => taker.kill()));
    }
  });

  it('whose number was given to another process since is stale', async () => {
    const path = join(await temporaryFolder(), 'lock');
    await writeFile(path, JSON.stringify({ pid: process.ppid, identity: 'an earlier one' }));
    assert.notEqual(await processIdentity(process.ppid), null);
    assert.ok(await takeLock(path));
  });

  it('is broken anew where one was killed in breaking it, though the clock was set back since', async () => {
    const path = join(await temporaryFolder(), 'lock');
    await writeFile(path, JSON.stringify({ pid: process.pid, identity: 'an earlier one' }));
    await writeFile(`${path}.breaking`, '');
    const inAnHour = Date.now() / 1000 + 3_600;
    await utimes(`${path}.breaking`, inAnHour, inAnHour);
    assert.equal(await takeLock(path), null);
    assert.ok(await takeLock(path));
  });

  it('that is cut or foreign text is stale', async () => {
    const path = join(await temporaryFolder(), 'lock');
    await writeFile(path, '{"pid": 12');
    assert.ok(await takeLock(path));
  });
});
