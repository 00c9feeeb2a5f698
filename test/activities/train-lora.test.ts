import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listProcesses } from '../../src/machine/processes.js';
import { sandboxCommand } from '../aitoolkit/studio.js';
import { removeTemporaryFolders } from '../support/folder.js';
import { Program } from '../support/program.js';
import { until } from '../support/until.js';
import type { Moment } from './programs/attempt.js';
import { TrainingRig } from './training-rig.js';

const moments: Moment[] = [
  'before the copy into the store',
  'between the two files',
  'before the record',
  'before the signal',
  'after the signal',
];

function attempt({ folder, input }: TrainingRig, dieAt?: Moment): Program {
  const words = { input, command: sandboxCommand, dieAt };
  return new Program('test/activities/programs/attempt.ts', [folder, JSON.stringify(words)]);
}

async function processesIn(folder: string): Promise<string[]> {
  return (await listProcesses()).filter(({ command }) => command.includes(folder)).map(({ command }) => command);
}

describe('worker and trainer killed at every moment of a publication', function () {
  this.timeout(120_000);
  let disturbed: TrainingRig;
  let calm: TrainingRig;
  before(async () => {
    disturbed = await TrainingRig.open();
    calm = await TrainingRig.open();
  });
  after(removeTemporaryFolders);

  for (const moment of moments) {
    it(`killed ${moment}: nothing half-made is published, nothing is left running`, async () => {
      const program = attempt(disturbed, moment);
      await program.ended;
      assert.equal(program.child.signalCode, 'SIGKILL', program.output);
      const recorded = moment.includes('signal') ? 1 : 0;
      assert.ok((await disturbed.published()).length >= recorded);
      await until('no child is left', async () => (await processesIn(disturbed.folder)).length === 0);
    });
  }

  it('then left alone: the bytes of an undisturbed run, each step signalled, at most one interval redone', async () => {
    const [last, other] = [attempt(disturbed), attempt(calm)];
    assert.equal(await last.ended, 0, last.output);
    assert.equal(await other.ended, 0, other.output);
    const hashes = await calm.hashes();
    assert.deepEqual(
      hashes.map(([step]) => step),
      [20, 40, 60],
    );
    assert.deepEqual(await disturbed.hashes(), hashes);
    const signals = (await readFile(join(disturbed.folder, 'signals'), 'utf8')).split('\n');
    for (const step of [20, 40, 60])
      for (const id of ['azit-mina', 'azit-mina-sweep']) assert.ok(signals.includes(`${id} ${step}`), `${id} ${step}`);
    const { resumes } = JSON.parse(last.output) as { resumes: { fromStep: number; atStep: number }[] };
    assert.equal(resumes.length, moments.length);
    for (const { fromStep, atStep } of resumes) assert.ok(atStep - fromStep <= disturbed.input.saveEvery);
  });
});
