import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '../../src/sandbox/head/random.js';
import { listProcesses, signalIfThere } from '../../src/machine/processes.js';
import { removeTemporaryFolders } from '../support/folder.js';
import { Program } from '../support/program.js';
import { until } from '../support/until.js';
import { trainOnce } from './train-once.js';
import { TrainingRig } from './training-rig.js';

/** `AZIT_RANDOM_KILLS=200 npx mocha test/activities/random-kills.test.ts`; AZIT_RANDOM_SEED repeats a run's moments. */
const kills = Number(process.env.AZIT_RANDOM_KILLS ?? 0);
const seed = Number(process.env.AZIT_RANDOM_SEED ?? Math.floor(Date.now() % 1e6));
/** Of an attempt from its start to its end, with some time to spare. */
const longestMs = 5_000;
const saveEvery = 20;

describe('a training killed at moments that nobody has chosen', function () {
  this.timeout(kills * 30_000 + 60_000);
  after(removeTemporaryFolders);

  it(`worker, trainer or both (seed ${seed}): the end is the same, nothing left, at most one interval redone`, async function () {
    if (kills === 0) return this.skip();
    const random = seededRandom(seed);
    const calm = await TrainingRig.open({ saveEvery });
    await trainOnce({ ...calm, command: calm.command });
    const hashes = await calm.hashes();
    for (let done = 0; done < kills;) {
      const rig = await TrainingRig.open({ saveEvery });
      let result: { resumes: { fromStep: number; atStep: number }[] } | null = null;
      while (!result) {
        const words = JSON.stringify({ input: rig.input, command: rig.command });
        const program = new Program('test/activities/programs/attempt.ts', [rig.folder, words]);
        const moment = Math.floor(random() * longestMs);
        const victim = (['worker', 'trainer', 'both'] as const)[Math.floor(random() * 3)];
        await Promise.race([delay(moment), program.ended]);
        if (program.child.exitCode === null) {
          done += 1;
          if (victim !== 'worker') for (const pid of await trainersOf(rig)) signalIfThere(pid, 'SIGKILL');
          if (victim !== 'trainer') program.child.kill('SIGKILL');
        }
        const code = await program.ended;
        if (code === 0) result = JSON.parse(program.output.trim().split('\n').at(-1)!);
        else if (code !== null) assert.match(program.output, /The trainer was killed \(SIGKILL/);
        await until('no trainer is left', async () => (await trainersOf(rig)).length === 0);
      }
      assert.deepEqual(await rig.hashes(), hashes);
      for (const { fromStep, atStep } of result.resumes) assert.ok(atStep - fromStep <= saveEvery);
      console.log(`      ${done} kills: ${result.resumes.length} resumes, the same ${hashes.length} checkpoints`);
    }
  });
});

async function trainersOf({ folder }: TrainingRig): Promise<number[]> {
  const processes = await listProcesses();
  return processes
    .filter(({ command }) => command.endsWith('/config.json') && command.includes(folder))
    .map(({ pid }) => pid);
}
