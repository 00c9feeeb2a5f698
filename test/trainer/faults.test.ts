import assert from 'node:assert/strict';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { StallLimits } from '../../src/trainer/stall.js';
import { drawPictures } from '../sandbox/trainer/pictures.js';
import type { Deed } from './rogue.js';
import { rogueCommand, sandboxCommand, shortPlan, Studio, type AttemptOptions } from './studio.js';

interface Case {
  title: string;
  /** The trainer that misbehaves, or settings that make the sandbox trainer fail by itself. */
  deed?: [when: string, deed: Deed, more?: { step?: number; words?: string }];
  options?: AttemptOptions;
  cause: RegExp;
  type: string;
  published?: number[];
}

/** In each case the trainer itself would exit 0, unless the title says otherwise. */
const cases: Case[] = [
  {
    title: 'a checkpoint cut short',
    deed: ['Saved checkpoint to .*015', 'truncate', { step: 15 }],
    cause: /checkpoint 15 is missing: .*has 9000 bytes/,
    type: 'training-failed',
    published: [30, 45],
  },
  {
    title: 'a first checkpoint with a tensor that its network does not have',
    deed: ['Saved checkpoint to .*015', 'add-tensor', { step: 15 }],
    cause: /checkpoint 15 is missing: it contains 5 matrices instead of the 4 of its network\.$/,
    type: 'training-failed',
    published: [30, 45],
  },
  {
    title: 'a checkpoint with a NaN',
    deed: ['Saved checkpoint to .*015', 'not-finite', { step: 15 }],
    cause: /^Checkpoint 15 is broken: diffusion_model\.\S+ contains NaN or infinity\.$/,
    type: 'training-hopeless',
  },
  {
    title: 'an end with exit code 0 in the middle, as after Ctrl-C',
    deed: [' 20/46 ', 'exit-0'],
    cause: /exited with code 0, but checkpoint 30 is missing\.$/,
    type: 'training-failed',
    published: [15],
  },
  {
    title: '"loss is nan"',
    deed: ['Saved optimizer', 'say', { words: 'loss is nan' }],
    cause: /^The loss is no longer a number/,
    type: 'training-hopeless',
  },
  {
    title: 'an architecture that ai-toolkit does not know',
    options: {
      plan: { preset: { ...shortPlan.preset, trainers: { 'ai-toolkit': { arch: 'flux9000', process: {} } } } },
    },
    cause: /does not know the architecture flux9000/,
    type: 'training-hopeless',
    published: [],
  },
  {
    title: 'fewer images than there should be',
    options: { plan: { expectedImages: 3 } },
    cause: /found 2 of 3 images/,
    type: 'training-hopeless',
    published: [],
  },
  {
    title: 'a base model that is not there (exit code 1)',
    options: {
      plan: { preset: { ...shortPlan.preset, baseModel: '/no/model' } },
    },
    cause: /"\/no\/model" is neither a valid local path/,
    type: 'training-hopeless',
    published: [],
  },
  {
    title: 'a misspelt override, which ai-toolkit would ignore',
    options: { plan: { override: { train: { optimzer: 'adamw' } } } },
    cause: /train\.optimzer' is not a key .* the nearest is 'training\.override\.train\.optimizer'\.$/,
    type: 'bad-input',
    published: [],
  },
  {
    title: 'a command that is not there',
    options: { command: ['/no/python', 'run.py'] },
    cause: /Could not start the trainer/,
    type: 'training-hopeless',
    published: [],
  },
  {
    title: 'a library that it can not load, before it has a job (exit code 1)',
    options: { command: ['sh', '-c', 'echo "Traceback:" >&2; echo "ImportError: no torch here" >&2; exit 1'] },
    cause: /^The trainer exited with code 1: ImportError: no torch here$/,
    type: 'training-hopeless',
    published: [],
  },
];

describe('a trainer that fails, whatever its exit code', () => {
  let root: Studio;
  before(async () => {
    root = await Studio.open();
  });
  after(() => root.close());

  for (const [index, { title, deed, options, cause, type, published }] of cases.entries()) {
    it(`${title}: a failure with its cause, and nothing unsound published`, async () => {
      const studio = await root.sibling(`case-${index}`);
      const outcome = await studio.attempt({ command: deed ? rogueCommand(...deed) : sandboxCommand, ...options });
      assert.equal(outcome.kind, 'failed');
      assert.match(outcome.cause, cause);
      assert.equal(outcome.type, type);
      if (published) assert.deepEqual([...studio.published.keys()], published);
    });
  }

  it('one that stands still, in whichever phase: is ended, with what it has not done, and tried again', async () => {
    // Of each only the time that its phase has is short: the machine may be busy.
    const halts: [when: string, limits: Partial<StallLimits>, cause: RegExp, published?: number[]][] = [
      ['', { loadingMs: 500 }, /no output for \d+ s while loading the model/],
      ['Running  1 process', { loadingMs: 6_000 }, /while loading the model|spent loading the model/],
      ['Found 2 images', { preparingMs: 500 }, /while preparing the images/],
      [' 0/46 .*loss', { firstStepMs: 500 }, /waiting for the first step/],
      [' 20/46 ', { leastStepMs: 4_000 }, /no step for/, [15]],
      ['Saving at step 15', { savingMs: 1_500 }, /saving a checkpoint/],
      ['Saved checkpoint to .*015', { savingMs: 1_500 }, /saving a checkpoint/],
      ['Saved optimizer to', { leastStepMs: 4_000 }, /no step for/, [15]],
    ];
    await Promise.all(
      halts.map(async ([when, limits, cause, published = []], index) => {
        const studio = await root.sibling(`halt-${index}`);
        const outcome = await studio.attempt({ command: rogueCommand(when, 'stop'), limits });
        assert.equal(outcome.kind, 'failed', when);
        assert.match(outcome.cause, cause, `${when}: ${outcome.cause}`);
        assert.equal(outcome.type, 'training-failed', when);
        assert.deepEqual([...studio.published.keys()], published, when);
      }),
    );
  });

  it('an image that it can not read: names the image instead of training without it', async () => {
    const studio = await root.sibling('picture');
    const dataset = await drawPictures(join(studio.folder, 'pictures'));
    await truncate(dataset[1].imagePath, 2000);
    const outcome = await studio.attempt({ dataset });
    assert.equal(outcome.kind, 'failed');
    assert.match(outcome.cause, /can't read the image .*0002-img1\.png/);
    assert.equal(outcome.type, 'training-hopeless');
  });

  it('a start from zero where it should have resumed: stopped, not trained to the end', async () => {
    const studio = await root.sibling('zero');
    await studio.attempt({ plan: { steps: 15 } });
    assert.deepEqual([...studio.published.keys()], [15]);
    const outcome = await studio.attempt({
      command: rogueCommand('', 'lose-checkpoint', { step: 15 }),
      plan: { steps: 100_000 },
    });
    assert.equal(outcome.kind, 'failed');
    assert.match(outcome.cause, /started at step 0 instead of step 15/);
    assert.ok(outcome.logTail.length > 0);
  });
});
