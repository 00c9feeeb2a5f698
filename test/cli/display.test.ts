import assert from 'node:assert/strict';
import { ChangeLog } from '../../src/cli/display/change-log.js';
import { LiveBlock } from '../../src/cli/display/live-block.js';
import { Pace } from '../../src/cli/display/pace.js';
import type { LiveActivity, Progress } from '../../src/client/index.js';
import type { RunStatus } from '../../src/workflows/types.js';

const score = { mean: 0.512, low: 0.48, high: 0.544, n: 12, noFace: 0 };

function progressOf(status: Partial<RunStatus>, heartbeats: LiveActivity['heartbeat'][] = []): Progress {
  const activities = heartbeats.map((heartbeat) => ({
    name: 'trainLora',
    summary: null,
    attempt: 1,
    heartbeat,
    lastFailure: null,
  }));
  const base: RunStatus = {
    runId: 'mina',
    workflowId: 'azit-mina',
    name: 'mina',
    model: 'sandbox',
    projectSha256: '',
    state: 'running',
    stage: '05-training',
    startedAt: '2026-11-24T15:00:00Z',
    finishedAt: null,
    stages: [{ id: '05-training', state: 'running', kept: 0, rejected: 0, message: null }],
    training: { step: 200, steps: 3000, loss: 0.05, resumes: 0 },
    sweep: [],
    baseline: null,
    choice: null,
    waitingFor: null,
    help: null,
  };
  return { status: { ...base, ...status }, activities };
}

const beat = (step: number, loss: number | null) =>
  ({ kind: 'training', phase: 'training', step, steps: 3000, loss, secondsPerStep: 0.03 }) as const;

function logOf() {
  const lines: string[] = [];
  let now = 0;
  const log = new ChangeLog({ write: (text: string) => lines.push(...text.trimEnd().split('\n')) }, () => now);
  return { log, lines, wait: (ms: number) => (now += ms) };
}

describe('the progress log', () => {
  it('tells stage, step, loss and time left, and each checkpoint once', () => {
    const { log, lines, wait } = logOf();
    const sweep: RunStatus['sweep'] = [{ step: 200, state: 'scored', identity: score }];
    wait(10_000);
    log.update(progressOf({}, [beat(1200, 0.0123)]));
    wait(10_000);
    log.update(progressOf({ sweep, baseline: { ...score, mean: 0.1 } }, [beat(1500, 0.0101)]));
    wait(10_000);
    log.update(progressOf({ sweep, baseline: { ...score, mean: 0.1 } }, [beat(1500, 0.0101)]));
    assert.deepEqual(lines, [
      '05 LoRA fine-tuning · AI-Toolkit · running',
      'step 1200 of 3000 · loss 0.0123 · about 54 s left',
      'without LoRA · identity 0.100 (0.480 to 0.544)',
      'checkpoint 200 · identity 0.512 (0.480 to 0.544)',
      'step 1500 of 3000 · loss 0.0101 · about 45 s left',
    ]);
  });

  it('does not flood: steps that change all the time are told once a second at most, later once a minute', () => {
    const { log, lines, wait } = logOf();
    for (let step = 1; step <= 7200; step += 1) {
      log.update(progressOf({}, [beat(step, 0.01)]));
      wait(500);
    }
    assert(lines.length > 60 && lines.length < 400, String(lines.length));
  });

  it('survives a step before the first loss and a heartbeat without numbers', () => {
    const { log, lines, wait } = logOf();
    wait(2000);
    log.update(
      progressOf({ training: { step: 0, steps: 3000, loss: null, resumes: 0 } }, [
        null,
        { ...beat(0, null), phase: 'loading', secondsPerStep: null },
      ]),
    );
    assert.deepEqual(lines.slice(1), ['step 0 of 3000 · loading']);
  });

  it('shows no control characters that came from outside', () => {
    const { log, lines } = logOf();
    log.note('a\u001b[31mred\u0007 b\u0000');
    assert.deepEqual(lines, ['ared  b']);
  });
});

describe('the live block', () => {
  it('never draws lines longer than the terminal, and erases what it drew', () => {
    let written = '';
    const terminal = { columns: 40, write: (text: string) => (written += text) } as unknown as NodeJS.WriteStream;
    const block = new LiveBlock(terminal);
    const long = { id: '01-anchor', state: 'failed', kept: 1, rejected: 0, message: 'x'.repeat(200) } as const;
    block.update(progressOf({ stages: [long] }));
    const first = written;
    written = '';
    block.update(progressOf({ stages: [long] }));
    for (const line of first.split('\n')) assert(line.length < 60);
    assert.equal(written.split('\u001b[2K').length - 1, first.split('\n').length - 1);
  });
});

describe('the time left', () => {
  it('is linear from the pace, starts anew with new work, and is not told before it can be', () => {
    let now = 0;
    const pace = new Pace(() => now);
    assert.equal(pace.secondsLeft('a', 0, 10), null);
    now = 1000;
    assert.equal(pace.secondsLeft('a', 1, 10), null);
    now = 4000;
    assert.equal(pace.secondsLeft('a', 4, 10), 6);
    now = 5000;
    assert.equal(pace.secondsLeft('a', 4, 10), 5);
    assert.equal(pace.secondsLeft('b', 0, 10), null);
  });
});
