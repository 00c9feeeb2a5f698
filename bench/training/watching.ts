import { readLogLine } from '../../src/aitoolkit/log-lines.js';
import { readBar } from '../../src/aitoolkit/progress-bar.js';
import { Observer } from '../../src/trainer/observer.js';
import { SegmentReader } from '../../src/trainer/output.js';
import { stallLimits } from '../../src/trainer/stall.js';

/** ai-toolkit's bar at a quick pace; tqdm paints each step twice. */
const stepsPerSecond = 2;
const looksPerSecond = 2;
const warmUpShare = 0.1;

/**
 * What reading the trainer's output costs: a stream of `steps` steps as it comes from the pipe, and the looks that go
 * with it, as fast as they can be worked off. The share of a core is that of the real pace.
 */
export async function watchingCosts(steps: number): Promise<{ corePercent: number; growthMb: number }> {
  let reported = 0;
  const observer = new Observer({
    plan: { steps, expectedImages: 1 },
    reader: { readLine: readLogLine, readBar: (segment) => readBar('azit-bench', segment), lastStep: steps + 1 },
    resumeStep: null,
    limits: stallLimits,
    lookEveryMs: 1000 / looksPerSecond,
    onProgress: () => (reported += 1),
    onSaving: () => {},
    onWeights: () => {},
    onState: () => {},
    onModules: () => {},
    onSkipped: () => {},
    onFault: ({ cause }) => {
      throw new Error(cause);
    },
  });
  const reader = new SegmentReader((segment) => observer.readSegment(segment));
  let residentAfterWarmUp = 0;
  const before = process.cpuUsage();
  for (let step = 0; step < steps; step += 1) {
    const loss = `lr: 1.0e-04 loss: ${(0.1 + (step % 97) / 1000).toExponential(3)}`;
    const bar = (done: number) => `\razit-bench:  42%|####      | ${done}/${steps} [1:02:03<22:33,  1.69s/it, ${loss}]`;
    reader.push(Buffer.from(bar(step)));
    reader.push(Buffer.from(bar(step + 1)));
    observer.look();
    if (step === Math.floor(steps * warmUpShare)) residentAfterWarmUp = await settledMb();
  }
  const { user, system } = process.cpuUsage(before);
  if (reported < steps - 1) throw new Error(`only ${reported} of ${steps} steps were reported`);
  const secondsOfTraining = steps / stepsPerSecond;
  return {
    corePercent: ((user + system) / 1e6 / secondsOfTraining) * 100,
    growthMb: (await settledMb()) - residentAfterWarmUp,
  };
}

async function settledMb(): Promise<number> {
  await new Promise(setImmediate);
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
}
