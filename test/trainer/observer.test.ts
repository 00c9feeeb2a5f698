import assert from 'node:assert/strict';
import { readLogLine } from '../../src/aitoolkit/log-lines.js';
import { readBar } from '../../src/aitoolkit/progress-bar.js';
import { Observer } from '../../src/trainer/observer.js';
import { stallLimits } from '../../src/trainer/stall.js';
import { shortPlan } from './studio.js';

/** An observer, the steps it has reported, and the second source in our hands. */
function watched() {
  const steps: number[] = [];
  const losses: (number | null)[] = [];
  let second = 0;
  const observer = new Observer({
    plan: shortPlan,
    reader: {
      readLine: readLogLine,
      readBar: (segment) => readBar('base', segment),
      readStep: () => second,
      lastStep: 46,
    },
    resumeStep: null,
    limits: stallLimits,
    lookEveryMs: 500,
    onProgress: ({ step, loss }) => {
      steps.push(step);
      losses.push(loss);
    },
    onModules: () => {},
    onSkipped: () => {},
    onSaving: () => {},
    onWeights: () => {},
    onState: () => {},
    onFault: (fault) => assert.fail(fault.cause),
  });
  const side = (step: number) => {
    second = step;
    observer.look();
  };
  const bar = (step: number) =>
    observer.readSegment(`base:  10%|#| ${step}/46 [00:01<00:01, 10.0it/s, lr: 1.0e-03 loss: 1.${step}e+00]`);
  return { observer, steps, losses, side, bar };
}

describe('three sources of progress, each able to lie', () => {
  it('the bar is not understood: the side channel tells the steps', () => {
    const { steps, side } = watched();
    for (const step of [0, 1, 2, 3, 4]) side(step);
    assert.deepEqual(steps, [1, 2, 3]);
  });

  it('the bar is not understood any more: no step is given the loss of one long before', () => {
    const { losses, side, bar } = watched();
    bar(1);
    for (let step = 1; step <= 14; step += 1) side(step);
    assert.deepEqual(losses, [...Array<number>(11).fill(1.1), null, null]);
  });

  it('the side channel stands at a step that was never made: the bar is believed', () => {
    const { steps, side, bar } = watched();
    for (const step of [1, 2, 3]) {
      side(40);
      bar(step);
    }
    side(40);
    assert.deepEqual(steps, [1, 2, 3]);
  });

  it('the side channel counts beyond the last step: nothing of it is believed', () => {
    const { steps, side } = watched();
    for (const step of [0, 1_000, 2_000, 3_000]) side(step);
    assert.deepEqual(steps, []);
  });

  it('both tell the same steps: each is reported once, and with its loss', () => {
    const { steps, side, bar } = watched();
    for (const step of [1, 2, 3]) {
      side(step);
      bar(step);
      side(step);
    }
    assert.deepEqual(steps, [1, 2, 3]);
  });
});

describe('a file that the trainer misses', () => {
  const line = "Error running job: [Errno 2] No such file or directory: '/run/base_x.safetensors'";

  it('before its first step: the same at every start, so that a person is asked', () => {
    const { observer } = watched();
    observer.readLine(line);
    assert.equal(observer.jobError?.type, 'training-hopeless');
  });

  it('after it: something in a folder of its own, which the next attempt has anew', () => {
    const { observer, bar } = watched();
    bar(1);
    observer.readLine(line);
    assert.equal(observer.jobError?.type, 'training-failed');
  });
});
