import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { verifyReportFolder } from '../../src/report/index.js';
import { azit } from '../support/command.js';
import { temporaryFolder } from '../support/folder.js';
import { Program } from '../support/program.js';

const project = `
name: mina
anchor:
  prompt: portrait photo of a young korean woman, long black hair, brown eyes, front view, close-up
  candidates: 2
canonical: { candidates: 2 }
dataset: { yaw: [-30, 0, 30], pitch: [0], distances: [close], expressions: [neutral, smile], heldOut: 2 }
training: { steps: 40, saveEvery: 20 }
sweep: { steps: [20, 40], seeds: 1, prompts: ["portrait photo of [trigger], front view, close-up"] }
editorial: { images: 1 }
approvals: [anchor]
`;

describe('a run that waits for a person', function () {
  this.timeout(300_000);

  it('ends `run` with 3 and says what to type; approved, the example of the TypeScript client carries it to its report', async () => {
    const folder = await temporaryFolder({ 'azit.yaml': project });
    const waiting = await azit(folder, ['run', 'azit.yaml', '--out', 'so-far']);
    assert.equal(waiting.code, 3, waiting.stderr);
    const [, id] = /then: azit approve (\S+) --gate anchor/.exec(waiting.stderr) ?? [];
    assert(id, waiting.stderr);
    assert(existsSync(join(folder, 'so-far', 'report.html')));
    assert.equal((await azit(folder, ['status', id])).code, 3);

    const refused = await azit(folder, ['approve', id, '--gate', 'anchor', '--pick', '99']);
    assert.equal(refused.code, 2, refused.stderr);
    const approved = await azit(folder, ['approve', id, '--gate', 'anchor', '--pick', '0']);
    assert.equal(approved.code, 0, approved.stderr);

    const up = azit(folder, ['up']);
    try {
      const address = await up.says(/TEMPORAL_ADDRESS=(\S+)/);
      const example = new Program(
        join('examples', 'start-run.ts'),
        [join(folder, 'azit.yaml'), join(folder, 'report')],
        { TEMPORAL_ADDRESS: address[1], AZIT_STORE: join(folder, '.azit', 'artifacts') },
      );
      assert.equal(await example.ended, 0, example.output);
      assert.match(example.output, new RegExp(`run ${id}\n`));
      assert.deepEqual(await verifyReportFolder(join(folder, 'report')), { ok: true, problems: [] });
    } finally {
      process.kill(up.pid, 'SIGTERM');
    }
    assert.equal((await up).code, 0);
    assert.equal((await azit(folder, ['watch', id])).code, 0);
  });
});
