import assert from 'node:assert/strict';
import { copyFile, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { atOnce } from '../support/at-once.js';
import { SmallDisk } from '../support/small-disk.js';
import { runNameOf } from '../../src/aitoolkit/folders.js';
import type { TrainingFailure } from '../../src/trainer/types.js';
import type { Deed, DeedDetails } from './rogue.js';
import { patientCommand, rogueCommand, shortPlan, Studio, type AttemptOptions } from './studio.js';

interface Disturbance extends DeedDetails {
  title: string;
  when: string;
  deed: Deed;
  /** How the attempt ends; killed, where it is not said. */
  type?: TrainingFailure['type'];
  publishedAfter: number[];
}

/** Attempts of one run, in this order. Each ends at its moment, and the next resumes from what was published. */
const kills: Disturbance[] = [
  { title: 'while it loads', when: 'Running  1 process', deed: 'kill', publishedAfter: [] },
  { title: 'while it reads images', when: 'Found 2 images', deed: 'kill', publishedAfter: [] },
  { title: 'between two steps', when: ' 8/46 ', deed: 'kill', publishedAfter: [] },
  { title: 'before the weights', when: 'Saving at step 15', deed: 'kill', publishedAfter: [] },
  {
    title: 'inside in-place weights',
    when: 'Saved checkpoint to .*015',
    deed: 'kill-in-weights',
    step: 15,
    unsaid: true,
    publishedAfter: [],
  },
  { title: 'between weights and optimizer', when: 'Saved checkpoint to .*015', deed: 'kill', publishedAfter: [] },
  { title: 'inside the optimizer', when: 'Saved checkpoint to .*015', deed: 'kill-in-optimizer', publishedAfter: [] },
  { title: 'after the optimizer', when: 'Saved optimizer to', deed: 'kill', publishedAfter: [15] },
  { title: 'resumed, between the next weights and optimizer', when: '_000000030', deed: 'kill', publishedAfter: [15] },
  { title: 'resumed, between two steps', when: ' 38/46 ', deed: 'kill', publishedAfter: [15, 30] },
  { title: 'at the last numbered save', when: 'Saved checkpoint to .*045', deed: 'kill', publishedAfter: [15, 30] },
];

/** Enough for a write to begin, and too little for it to end. */
const middleBytes = 8192;

/** A disk that fills up as the trainer begins to write, or in the middle, or with its state of so many bytes: then our
 * copies find no room. */
const fullDisks = (stateBytes: number): Disturbance[] =>
  [
    { title: 'its weights', when: 'Saving at step 15', leave: 0 },
    { title: 'its weights, in the middle', when: 'Saving at step 15', leave: middleBytes },
    { title: 'its optimizer state', when: 'Saved checkpoint to .*015', leave: 0 },
    { title: 'its optimizer state, in the middle', when: 'Saved checkpoint to .*015', leave: middleBytes },
    { title: 'our copy of the state', when: 'Saved checkpoint to .*015', leave: stateBytes },
    { title: 'our copy, in the middle', when: 'Saved checkpoint to .*015', leave: stateBytes + middleBytes },
  ].map((moment) => ({ ...moment, deed: 'fill-disk', type: 'disk-full', publishedAfter: [] }));

describe('a trainer disturbed at every kind of moment', function () {
  this.timeout(300_000);
  let root: Studio;
  let calm: Studio;
  const disks: SmallDisk[] = [];
  before(async () => {
    root = await Studio.open();
    calm = await root.sibling('calm');
    assert.equal((await calm.attempt({ command: patientCommand(calm.keeps) })).kind, 'completed');
    assert.deepEqual([...calm.published.keys()], [15, 30, 45]);
    begin();
  });
  after(async () => {
    for (const disk of disks) disk.unmount();
    await root.close();
  });

  async function disturb(studio: Studio, disturbance: Disturbance, options: AttemptOptions = {}): Promise<void> {
    const { title, when, deed, type = 'training-failed', publishedAfter, ...details } = disturbance;
    const outcome = await studio.attempt({ ...options, command: rogueCommand(when, deed, details) });
    assert.equal(outcome.kind, 'failed', title);
    assert.equal(outcome.type, type, `${title}: ${outcome.cause}`);
    if (type === 'training-failed') assert.match(outcome.cause, /^The trainer was killed \(SIGKILL/, title);
    assert.deepEqual([...studio.published.keys()], publishedAfter, title);
  }

  /** The same bytes as an undisturbed run, no step missing, none twice (Studio sees to that), in an optimizer's order. */
  async function endsLikeCalm(studio: Studio, options: AttemptOptions = {}): Promise<void> {
    const outcome = await studio.attempt({ command: patientCommand(studio.keeps), ...options });
    assert.equal(outcome.kind, 'completed', JSON.stringify(outcome));
    assert.deepEqual(studio.hashes(), calm.hashes());
    for (const { step, optimizerPath } of studio.published.values()) assert.ok(optimizerPath, `no state of ${step}`);
  }

  const begin = atOnce({
    'killed at each moment of a save and between them: only whole pairs are published, and the end is the same':
      async () => {
        const studio = await root.sibling('kills');
        for (const kill of kills) await disturb(studio, kill);
        await endsLikeCalm(studio);
      },

    'the disk full at each write, of the trainer and of ours: says so, and once there is room the end is the same':
      async () => {
        const studio = await root.sibling('full');
        const disk = SmallDisk.mount(studio.folder, 48);
        if (!disk) return 'skipped';
        disks.push(disk);
        disk.fill();
        const early = await studio.attempt({ command: ['/no/python'] });
        assert.equal(early.kind === 'failed' && early.type, 'disk-full', 'before the start');
        disk.empty();
        const { size: stateBytes } = await stat(calm.published.get(15)!.optimizerPath!);
        for (const moment of fullDisks(stateBytes)) {
          await disturb(studio, { ...moment, folder: studio.folder });
          disk.empty();
        }
        await endsLikeCalm(studio);
      },

    "foreign files in the run folder, another run's under our names, links and traps: none of them is taken":
      async () => {
        const other = await root.sibling('other');
        const plan = { preset: { ...shortPlan.preset, learningRate: 0.02 } };
        assert.equal((await other.attempt({ plan, command: patientCommand(other.keeps) })).kind, 'completed');
        const foreign = join(root.folder, 'foreign');
        await mkdir(foreign, { recursive: true });
        const name = runNameOf(shortPlan.name);
        for (const { step, checkpointPath, optimizerPath } of other.published.values()) {
          await copyFile(checkpointPath, join(foreign, `${name}_${String(step).padStart(9, '0')}.safetensors`));
          await copyFile(optimizerPath!, join(foreign, 'optimizer.pt'));
        }
        const studio = await root.sibling('beside-foreign');
        // The trainer itself stumbles over a link to nowhere, after each of its saves; of ours the next one begins anew.
        // What is written over before it was taken, by a run of the same name and origin, nobody can tell apart.
        const taken = join(studio.store, 'published-30.optimizer.pt');
        for (const { when, awaits, publishedAfter } of [
          { when: ' 8/46 ', awaits: undefined, publishedAfter: [15] },
          { when: ' 32/46 ', awaits: taken, publishedAfter: [15, 30, 45] },
        ]) {
          const outcome = await studio.attempt({
            command: rogueCommand(when, 'lay-foreign-files', { folder: foreign, awaits }),
          });
          assert.equal(outcome.kind === 'failed' && outcome.type, 'training-failed', when);
          assert.deepEqual([...studio.published.keys()], publishedAfter, when);
        }
        await endsLikeCalm(studio);
      },

    'a writer in place that is slow, with the weights and with the state: nothing half is taken': async () => {
      for (const part of ['weights', 'optimizer'] as const) {
        const studio = await root.sibling(`slow-${part}`);
        const when = part === 'weights' ? 'Saved checkpoint to .*015' : 'Saved optimizer to';
        await endsLikeCalm(studio, {
          command: rogueCommand(when, `write-${part}-slowly`, { step: 15, unsaid: true, keeps: studio.keeps }),
        });
      }
    },

    'the clock set back an hour between the weights and their state: both are taken, by what was said of them':
      async () => {
        const studio = await root.sibling('clock');
        // Without an update count in the state, too: 8-bit AdamW keeps none that can be read.
        const plan = { override: { train: { optimizer: 'adamw8bit' } } };
        const command = rogueCommand('Saved checkpoint to .*015', 'set-clock-back', { keeps: studio.keeps });
        await endsLikeCalm(studio, { plan, command });
      },

    'the newest checkpoint holds a NaN: the training is given up, and a later one goes on from the one before':
      async () => {
        const studio = await root.sibling('nan');
        await disturb(studio, {
          title: 'NaN',
          when: 'Saved checkpoint to .*030',
          deed: 'not-finite',
          step: 30,
          keeps: studio.keeps,
          type: 'training-hopeless',
          publishedAfter: [15],
        });
        await endsLikeCalm(studio);
        assert.ok(studio.progress.some(({ step }) => step > 30));
      },
  });
});
