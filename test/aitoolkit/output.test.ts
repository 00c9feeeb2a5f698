import assert from 'node:assert/strict';
import { readBar } from '../../src/aitoolkit/bar.js';
import { LogTail } from '../../src/aitoolkit/log-tail.js';
import { ProgressFilter } from '../../src/aitoolkit/progress.js';
import { SegmentReader } from '../../src/aitoolkit/segments.js';
import { StallWatch } from '../../src/aitoolkit/stall.js';
import type { TrainingProgress } from '../../src/aitoolkit/types.js';
import { readWord } from '../../src/aitoolkit/words.js';

/** Recorded from ai-toolkit 0.12.26, cut. */
const quick =
  'base:   0%|          | 0/40 [00:00<?, ?it/s]\rbase:   0%|          | 0/40 [00:00<?, ?it/s, lr: 1.0e-03 loss: 1.167e+00]\rbase:   2%|▎         | 1/40 [00:00<00:15,  2.45it/s, lr: 1.0e-03 loss: 1.167e+00]\rbase:   2%|▎         | 1/40 [00:00<00:15,  2.45it/s, lr: 1.0e-03 loss: 1.024e+00]\rbase:   5%|▌         | 2/40 [00:00<00:15,  2.45it/s, lr: 1.0e-03 loss: 1.172e+00]\rbase:   8%|▊         | 3/40 [00:00<00:15,  2.45it/s, lr: 1.0e-03 loss: 1.179e+00]\rbase:  10%|█         | 4/40 [00:00<00:02, 12.89it/s, lr: 1.0e-03 loss: 1.179e+00]\rbase:  10%|█         | 4/40 [00:00<00:02, 12.89it/s, lr: 1.0e-03 loss: 1.104e+00]\r';
const slow = 'slow:  17%|█▋        | 1/6 [00:04<00:24,  4.87s/it, lr: 1.0e-03 loss: 1.103e+00]';
const long = 'mina:  73%|#######3  | 2200/3000 [1:02:03<22:33,  1.69s/it, lr: 1.0e-04 loss: 4.123e-01]';

describe('what ai-toolkit prints', () => {
  it('gives each loss to its own step, though the bar is painted twice a step', () => {
    const seen: TrainingProgress[] = [];
    const filter = new ProgressFilter(39, 0, (progress) => seen.push(progress));
    const reader = new SegmentReader((segment) => {
      const reading = readBar('base', segment);
      if (reading) filter.read(reading);
    });
    for (let at = 0; at < quick.length; at += 7) reader.push(Buffer.from(quick).subarray(at, at + 7));
    reader.push(Buffer.from(quick).subarray(Math.ceil(quick.length / 7) * 7));
    reader.end();
    assert.deepEqual(
      seen.map(({ step, loss }) => [step, loss]),
      [
        [1, 1.024],
        [2, 1.172],
        [3, 1.179],
        [4, 1.104],
      ],
    );
  });

  it('tells the pace once the first steps, which warm up, are no longer in it', () => {
    const seen: TrainingProgress[] = [];
    const filter = new ProgressFilter(3000, 2000, (progress) => seen.push(progress));
    for (const done of [2001, 2014, 2015]) {
      const bar = `mina:  73%|#######3  | ${done}/3000 [1:02:03<22:33,  1.69s/it, lr: 1.0e-04 loss: 4.${done}e-01]`;
      filter.read(readBar('mina', bar) ?? assert.fail());
    }
    assert.deepEqual(
      seen.map(({ secondsPerStep }) => secondsPerStep),
      [null, null, 1.69],
    );
  });

  it('reads seconds a step from either unit, hours, and bars without a postfix', () => {
    assert.equal(readBar('slow', slow)?.secondsPerStep, 4.87);
    assert.deepEqual(readBar('mina', long), {
      done: 2200,
      total: 3000,
      lossText: '4.123e-01',
      loss: 0.4123,
      secondsPerStep: 1.69,
    });
    assert.equal(readBar('mina', 'mina: 100%|##| 12/12 [00:00<?, ?it/s]')?.loss, null);
  });

  it('reads a bar that was painted after the clock was set back: its step and its loss', () => {
    const back = 'mina:  22%|##2       | 133/600 [-59:30<-3:28:55, -0.04it/s, lr: 1.0e-03 loss: 9.589e-01]';
    const { done, loss, secondsPerStep } = readBar('mina', back) ?? assert.fail();
    assert.deepEqual([done, loss, secondsPerStep], [133, 0.9589, null]);
  });

  it("does not take another bar for the job's", () => {
    for (const other of [
      'Loading weights:  73%|#| 2200/3000 [1:02:03<22:33,  1.69s/it]',
      '  0%|          | 0/6 [00:00<?, ?it/s]',
      'Caching latents to disk:  50%|##| 3/6 [00:00<00:00, 10.0it/s]',
    ]) {
      assert.equal(readBar('mina', other), null);
    }
  });

  it('does not grow with a line that never ends', () => {
    const lengths: number[] = [];
    const reader = new SegmentReader((segment) => lengths.push(segment.length));
    for (let i = 0; i < 100; i++) reader.push(Buffer.alloc(10_000, 'x'));
    reader.end();
    assert.deepEqual(lengths, [64 * 1024]);
  });

  it('keeps the reason of a failure in sight though the bar is painted after it', () => {
    const tail = new LogTail();
    tail.add('Error running job: boom');
    for (let i = 0; i < 1000; i++) tail.add(`base:  10%|█| ${i}/1000 [00:00<00:02, 12.89it/s]`);
    assert.deepEqual(tail.lines(), ['Error running job: boom', 'base:  10%|█| 999/1000 [00:00<00:02, 12.89it/s]']);
  });

  it('tells failures that a repetition cures from those that it only repeats', () => {
    const typeOf = (line: string) => {
      const word = readWord(line);
      return word && 'fault' in word ? word.fault.type : word?.kind;
    };
    assert.equal(typeOf('Error running job: CUDA out of memory. Tried to allocate 2.00 GiB'), 'out-of-memory');
    assert.equal(
      typeOf('Error running job: Error while serializing: I/O error: No space left on device (os error 28)'),
      'disk-full',
    );
    assert.equal(typeOf('Error running job: database or disk is full'), 'disk-full');
    assert.equal(typeOf('Error running job: no images found in /d'), 'training-hopeless');
    const noModel =
      "We couldn't connect to 'https://huggingface.co' to load this model, couldn't find it in the cached files and it " +
      'looks like /models/sd3 is not the path to a directory containing a config.json file.';
    assert.equal(typeOf(`Error running job: ${noModel}`), 'training-hopeless');
    const half = 'Error no file named config.json found in directory /models/sd15.';
    assert.equal(typeOf(`Error running job: ${half}`), 'training-hopeless');
    const word = readWord(`Error running job: ${noModel}`);
    assert.match(word && 'fault' in word ? word.fault.cause : '', /^The trainer finds no base model at \/models\/sd3,/);
    assert.equal(typeOf('Error running job: cuDNN error: CUDNN_STATUS_EXECUTION_FAILED'), 'training-failed');
    for (const wrongValue of [
      'Unknown optimizer type adamm',
      'Sampler flowmatchh not supported',
      'Invalid learning rate: -1.0',
      "Invalid device string: 'fp8'",
      'to() received an invalid combination of arguments - got (torch.device, dtype=str), but expected one of:',
      'gradient_accumulation and gradient_accumulation_steps are mutually exclusive',
    ])
      assert.equal(typeOf(`Error running job: ${wrongValue}`), 'training-hopeless', wrongValue);
    assert.equal(typeOf('Error running job: CUDA error: unknown error'), 'training-failed');
    assert.equal(typeOf('Error running job: CUDA error: operation not supported'), 'training-failed');
    assert.equal(typeOf('Could not save optimizer'), 'disk-full');
    assert.equal(typeOf('Failed to load optimizer state from /o/optimizer.pt'), 'training-failed');
    assert.equal(
      typeOf('Error loading image, skipping and loading a different one: /a.png (Error)'),
      'training-failed',
    );
    assert.equal(typeOf('  -  Found 6 images'), 'images');
    assert.equal(typeOf('  -  Found 12 images after adding flips'), undefined);
  });
});

describe('the watch for stalls', () => {
  const limits = { loadingMs: 1000, preparingMs: 500, firstStepMs: 400, leastStepMs: 100, savingMs: 1000 };

  it('gives each phase its own time, and counts only steps once they come', () => {
    const watch = new StallWatch(limits, 1e9, 0);
    assert.equal(watch.look(1000), null);
    watch.noteOutput(1000, 'preparing');
    assert.match(watch.look(1501) ?? '', /pictures/);
    watch.noteOutput(1600, 'first-step');
    watch.noteSteps(1700, 1);
    watch.noteOutput(1790);
    assert.match(watch.look(1801) ?? '', /no step/);
  });

  it('is not led back by the words of an earlier phase that are read late', () => {
    const watch = new StallWatch(limits, 1e9, 0);
    watch.noteOutput(0, 'first-step');
    watch.noteOutput(10, 'preparing');
    assert.match(watch.look(411) ?? '', /^the first step has not come for 0 s/);
  });

  it('gives a save its own time, and the next step the usual one', () => {
    const watch = new StallWatch(limits, 1e9, 0);
    watch.noteSteps(0, 1);
    watch.noteOutput(50, 'saving');
    assert.equal(watch.look(1000), null);
    watch.noteOutput(1000);
    assert.match(watch.look(2001) ?? '', /^a save has not come to its end for 1 s without a word$/);
    watch.noteSaved(2010);
    assert.equal(watch.look(2110), null);
    assert.match(watch.look(2111) ?? '', /^no step/);
  });

  it('believes no phase that only talks, for ever', () => {
    for (const [phase, limitMs] of [
      ['loading', 1000],
      ['preparing', 500],
      ['first-step', 400],
      ['saving', 1000],
    ] as const) {
      const watch = new StallWatch(limits, 1e9, 0);
      if (phase === 'saving') watch.noteSteps(0, 1);
      watch.noteOutput(0, phase);
      let now = 0;
      for (; watch.look(now) === null; now += 100) watch.noteOutput(now);
      assert.equal(now, 8 * limitMs + 100, phase);
    }
  });

  it('measures a slow trainer by its own pace', () => {
    const watch = new StallWatch(limits, 1e9, 0);
    for (let now = 0; now <= 10_000; now += 1000) watch.noteSteps(now, 1);
    assert.equal(watch.look(10_000 + 29_000), null);
    assert.match(watch.look(10_000 + 31_000) ?? '', /no step has been made for 31 s/);
  });

  it('does not blame the trainer for the time in which we ourselves were stopped', () => {
    const watch = new StallWatch(limits, 50, 0);
    watch.noteSteps(0, 1);
    assert.equal(watch.look(100_000), null);
    assert.equal(watch.look(100_050), null);
  });
});
