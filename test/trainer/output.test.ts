import assert from 'node:assert/strict';
import { readBar } from '../../src/aitoolkit/progress-bar.js';
import { LogTail, SegmentReader } from '../../src/trainer/output.js';
import { ProgressFilter } from '../../src/trainer/progress.js';
import type { TrainingProgress } from '../../src/trainer/types.js';

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
});
