import assert from 'node:assert/strict';
import { join } from 'node:path';
import { azit } from '../support/command.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';

const project = (name: string, last: string): string => `
azit: 1
name: mina
model: sandbox
trigger: mnaz
anchor: { prompt: 'a woman, beside ${name}', candidates: 2, seed: 7 }
canonical: { candidates: 2 }
dataset: { yaw: [-30, 0, 30], pitch: [0], distances: [close], expressions: [neutral, smile], heldOut: 2 }
training: { steps: 120, saveEvery: 40, rank: 4 }
sweep: { steps: [40, 80, 120], seeds: 1, prompts: [ {id: base, text: a face}, {id: last, text: '${last}'} ] }
editorial: { images: 1 }
`;

/** The built command, the sandbox's own trainer and renderer, the embedded Temporal. */
describe('a store is pruned beside a real run', function () {
  this.timeout(600_000);
  after(removeTemporaryFolders);

  it('again and again until that ends: it is whole, its twin takes what it made, and each is removed', async () => {
    const folder = await temporaryFolder({
      'one.yaml': project('the sea', 'on stage'),
      'two.yaml': project('the sea', 'in the rain'),
    });
    const away = await azit(folder, ['prune'], { TEMPORAL_ADDRESS: '127.0.0.1:9' });
    assert.equal(away.code, 4);
    assert.match(away.stderr, /^No Temporal server responds at 127\.0\.0\.1:9\.\n/);
    let isOver = false;
    const first = azit(folder, ['run', 'one.yaml', '--id', 'one', '--out', 'report-one']);
    const over = first.then((end) => {
      isOver = true;
      return end;
    });
    await first.says(/stage|anchor|Anchor/);
    let pruned = 0;
    while (!isOver) {
      const { code, stderr } = await azit(folder, ['prune', '--older-than', '1h', '--json']);
      assert.ok(code === 0 || isOver, stderr);
      pruned += 1;
    }
    const end = await over;
    assert.equal(end.code, 0, end.stderr);
    assert.ok(pruned > 3, `${pruned}`);
    assert.equal((await azit(folder, ['verify', 'report-one'])).code, 0);
    const second = await azit(folder, ['run', 'two.yaml', '--id', 'two', '--out', 'report-two', '--json']);
    assert.equal(second.code, 0, second.stderr);
    const { runs } = JSON.parse((await azit(folder, ['list', '--disk', '--json'])).stdout) as {
      runs: { runId: string; disk: { alone: number; shared: number } }[];
    };
    assert.deepEqual(runs.map(({ runId }) => runId).sort(), ['one', 'two']);
    assert.ok(
      runs.every(({ disk }) => disk.alone > 0 && disk.shared > disk.alone),
      JSON.stringify(runs),
    );
    assert.equal((await azit(folder, ['remove', 'one'])).code, 0);
    assert.equal((await azit(folder, ['report', 'two', '--out', 'report-two-anew', '--keep-metadata'])).code, 0);
    assert.equal((await azit(folder, ['verify', 'report-two-anew'])).code, 0);
    assert.equal((await azit(folder, ['export', 'two', '--all', '--out', 'lora'])).code, 0);
    const again = await azit(folder, ['run', 'one.yaml', '--id', 'one', '--out', join('report-again')]);
    assert.equal(again.code, 0, again.stderr);
    assert.equal((await azit(folder, ['verify', 'report-again'])).code, 0);
  });
});
