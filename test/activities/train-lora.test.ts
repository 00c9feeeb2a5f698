import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TrainerError } from '../../src/trainer/index.js';
import { checkpointName, runNameOf } from '../../src/aitoolkit/folders.js';
import type { TrainLoraInput, TrainLoraResult } from '../../src/run/contracts.js';
import { listProcesses } from '../../src/machine/processes.js';
import { rogueCommand } from '../trainer/studio.js';
import { atOnce } from '../support/at-once.js';
import { removeTemporaryFolders } from '../support/folder.js';
import { Program } from '../support/program.js';
import { SmallDisk } from '../support/small-disk.js';
import { until } from '../support/until.js';
import type { Disturbance, Moment } from './programs/attempt.js';
import { trainOnce } from './train-once.js';
import { TrainingRig } from './training-rig.js';

const moments: Moment[] = [
  'before the copy into the store',
  'between the two files',
  'before the record',
  'before the signal',
  'after the signal',
];

function attempt(rig: TrainingRig, disturbance?: Disturbance): Program {
  const { folder, command } = rig;
  const words = { input: validated(rig), command, disturbance };
  return new Program('test/activities/programs/attempt.ts', [folder, JSON.stringify(words)]);
}

/** With a loss on a picture that is not trained on: the bytes are those of a training without. */
const validated = ({ input }: TrainingRig): TrainLoraInput => ({
  ...input,
  validation: { every: 10, pictures: [input.dataset[0]] },
});

async function processesIn(folder: string): Promise<string[]> {
  return (await listProcesses()).filter(({ command }) => command.includes(folder)).map(({ command }) => command);
}

describe('a publication, disturbed', function () {
  this.timeout(300_000);
  let calm: [number, string, string | undefined][];
  let calmValidation: Map<number, number>;
  /** Of the weights and of the state. */
  let sizes: [number, number];
  const disks: SmallDisk[] = [];
  before(async () => {
    const rig = await TrainingRig.open();
    const { validation, checkpoints } = await trainOnce({ ...rig, command: rig.command, input: validated(rig) });
    calm = await rig.hashes();
    calmValidation = new Map(validation);
    assert.deepEqual([...calmValidation.keys()], [10, 20, 30, 40, 50, 60]);
    assert.ok(checkpoints.at(-1)!.validation!.step >= 40);
    assert.deepEqual(
      calm.map(([step]) => step),
      [20, 40, 60],
    );
    const [{ lora, state }] = await rig.published();
    sizes = [lora.bytes, state?.files[0].ref.bytes ?? 0];
    begin();
  });
  after(async () => {
    for (const disk of disks) disk.unmount();
    await removeTemporaryFolders();
  });

  async function endsLikeCalm(rig: TrainingRig, { resumes }: TrainLoraResult): Promise<void> {
    assert.deepEqual(await rig.hashes(), calm);
    for (const { fromStep, atStep } of resumes) assert.ok(atStep - fromStep <= rig.input.saveEvery);
    const signals = (await readFile(join(rig.folder, 'signals'), 'utf8')).split('\n');
    for (const step of [20, 40, 60]) assert.ok(signals.includes(`azit-mina ${step}`), `${step}`);
    const left = await readdir(join(rig.folder, 'work', 'training', 'mina'), { recursive: true });
    assert.deepEqual(left, ['attempts']);
  }

  const begin = atOnce({
    'worker and trainer killed at every moment of it: nothing half-made, nothing left running, the end is the same':
      async () => {
        const rig = await TrainingRig.open();
        for (const at of moments) {
          const program = attempt(rig, { at, do: 'kill' });
          await program.ended;
          assert.equal(program.child.signalCode, 'SIGKILL', program.output);
          assert.ok((await rig.published()).length >= (at.includes('signal') ? 1 : 0), at);
          await until('no child is left', async () => (await processesIn(rig.folder)).length === 0);
        }
        const result = await trainOnce({ ...rig, command: rig.command, input: validated(rig) });
        assert.equal(result.resumes.length, moments.length);
        assert.deepEqual(result.validation?.at(-1), [60, calmValidation.get(60)]);
        for (const [step, loss] of result.validation ?? [])
          assert.equal(loss, calmValidation.get(step), `step ${step}`);
        await endsLikeCalm(rig, result);
      },

    'the disk of the store full at each write of it: says so, and once there is room the end is the same': async () => {
      let disk: SmallDisk | null = null;
      const rig = await TrainingRig.open({}, async (folder) => {
        disk = SmallDisk.mount(join(folder, 'store'), 16);
      });
      if (!disk) return 'skipped';
      const store: SmallDisk = disk;
      disks.push(store);
      const page = 4096;
      const [loraBytes, stateBytes] = sizes.map((bytes) => Math.ceil(bytes / page) * page);
      // What is free when the first checkpoint comes: too little for the weights, the state, or the record. What an
      // attempt before has put there already needs no room again.
      for (const leave of [0, page, loraBytes, 2 * page, stateBytes]) {
        const full = { unsaid: true, folder: store.folder, leave, keeps: rig.keeps };
        // Before the weights are spoken of: a look may find them and their state whole before the trainer says so of both.
        const command = rogueCommand('Saved checkpoint to', 'fill-disk', full);
        await assert.rejects(trainOnce({ ...rig, command }), { code: 'ENOSPC' }, `${leave} bytes free`);
        store.empty();
        assert.deepEqual(await rig.published(), [], `${leave} bytes free`);
      }
      await endsLikeCalm(rig, await trainOnce({ ...rig, command: rig.command }));
    },

    "another training's checkpoint under our name before ours was taken: it is not, and the end is the same":
      async () => {
        const other = await TrainingRig.open({ seed: 7 });
        await trainOnce({ ...other, command: other.command });
        const rig = await TrainingRig.open();
        const foreign = join(rig.folder, 'foreign');
        for (const { step, lora } of await other.published())
          await other.store.readToFile(lora, join(foreign, checkpointName(runNameOf(rig.input.name), step)));
        const laid = { folder: foreign, unsaid: true };
        const command = rogueCommand('Saved checkpoint to .*020', 'lay-foreign-files', laid);
        await assert.rejects(trainOnce({ ...rig, command }), { type: 'training-failed' });
        assert.deepEqual(await rig.published(), []);
        await endsLikeCalm(rig, await trainOnce({ ...rig, command: rig.command }));
      },

    'a work folder that can not be written: is named, with the cure': async () => {
      const rig = await TrainingRig.open();
      const attempts = join(rig.folder, 'work', 'training', 'mina', 'attempts');
      await mkdir(dirname(attempts), { recursive: true });
      await writeFile(attempts, 'a file');
      await assert.rejects(trainOnce({ ...rig, command: rig.command }), ({ message, type }: TrainerError) => {
        assert.ok(message.startsWith(`The worker can't write to ${attempts}: set --work-dir`), message);
        return type === 'training-failed';
      });
    },

    'the clock of the worker set back an hour in the middle of it: the end is the same, and all is told': async () => {
      const rig = await TrainingRig.open();
      const program = attempt(rig, { at: 'before the record', do: 'set the clock back' });
      assert.equal(await program.ended, 0, program.output);
      await endsLikeCalm(rig, JSON.parse(program.output.trim().split('\n').at(-1)!) as TrainLoraResult);
    },
  });
});
