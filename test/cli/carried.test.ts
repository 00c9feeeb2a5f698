import assert from 'node:assert/strict';
import { join } from 'node:path';
import { azit } from '../support/command.js';
import { temporaryFolder } from '../support/folder.js';
import { Program } from '../support/program.js';

const project = 'name: mina\nanchor: { prompt: a woman, candidates: 1 }\napprovals: [anchor]\n';
const noWorker = /^No worker is running\. Continue with `azit run FILE`, `azit watch one` or `azit up`\.$/m;

describe('a run of the embedded default', function () {
  this.timeout(120_000);

  it('that nothing carries on waits for ever without a word of `start` and `status`', async () => {
    const folder = await temporaryFolder({ 'azit.yaml': project });
    const command = (...words: string[]) => azit(folder, words);
    for (const words of [['start', 'azit.yaml', '--id', 'one'], ['status', 'one'], ['status']]) {
      const { code, stderr } = await command(...words);
      assert.equal(code, 0, stderr);
      assert.match(stderr, noWorker, words.join(' '));
    }
    // Whoever has started Temporal alone carries nothing on either.
    const owner = new Program('test/embedded/programs/owning.ts', [join(folder, '.azit')]);
    await owner.says(/owner/);
    assert.match((await command('status')).stderr, noWorker);
    owner.child.stdin?.end();
    await owner.ended;
    const up = command('up');
    await up.says(/TEMPORAL_ADDRESS/);
    assert.equal((await command('status')).stderr, '');
    process.kill(up.pid, 'SIGINT');
    await up;
  });
});
