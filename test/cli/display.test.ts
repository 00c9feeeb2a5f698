import assert from 'node:assert/strict';
import { ChangeLog } from '../../src/cli/display/change-log.js';
import { coloured } from '../../src/cli/display/colour.js';
import { fitted, wrapped } from '../../src/cli/display/columns.js';
import { table } from '../../src/cli/output.js';
import { statusText } from '../../src/cli/status.js';
import { checkpointLines } from '../../src/progress/lines.js';
import { measureLines } from '../../src/cli/display/measures.js';
import { askWords, scoreWords } from '../../src/progress/words.js';
import { scoreWords as inTheCard } from '../../src/export/markdown.js';
import { scoreWords as inTheReport } from '../../src/report/numbers.js';
import { LiveBlock } from '../../src/cli/display/live-block.js';
import { TimeLeft } from '../../src/progress/time-left.js';
import { Pace } from '../../src/progress/pace.js';
import type { LiveActivity, Progress } from '../../src/client/index.js';
import type { RunStatus } from '../../src/run/messages.js';

const score = { mean: 0.512, low: 0.48, high: 0.544, n: 12, noFace: 0 };

function progressOf(status: Partial<RunStatus>, heartbeats: LiveActivity['heartbeat'][] = []): Progress {
  const activities = heartbeats.map((heartbeat) => ({
    name: 'trainLora',
    summary: null,
    attempt: 1,
    taskQueue: null,
    worker: null,
    waitsIn: null,
    since: null,
    heartbeat,
    lastFailure: null,
    fix: null,
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

describe('a score', () => {
  const once = { mean: 0.772, low: 0.772, high: 0.772, n: 1, noFace: 0 };

  it('of one image has no interval: nothing says how far another would be off', () => {
    assert.equal(scoreWords(once), 'identity 0.77 (1 image)');
    assert.equal(inTheReport(once), '0.772');
    assert.equal(inTheCard(once), '0.772 (no interval; 1 image)');
    const measures = { perPrompt: { face: once, night: score }, perPose: {}, memorisation: null, generalisation: null };
    const sweep: RunStatus['sweep'] = [{ step: 200, state: 'scored', identity: once, measures }];
    const [, line] = measureLines({ ...progressOf({ sweep }).status });
    assert.equal(line, '  identity by prompt: face 0.77, night 0.51 (0.48 to 0.54)');
  });
});

describe('what was found in the training images', () => {
  it('is told once in a log, and by `azit status`', () => {
    const findings = ['left out 04.jpg: duplicate of 03.jpg'];
    const { log, lines } = logOf();
    log.update(progressOf({ findings }));
    log.update(progressOf({ findings }));
    assert.deepEqual(
      lines.filter((line) => line.includes('04.jpg')),
      findings,
    );
    assert.deepEqual(
      statusText(progressOf({ findings }))
        .split('\n')
        .filter((line) => line.includes('04.jpg')),
      findings,
    );
  });
});

describe('a checkpoint at several strengths', () => {
  const at = (strength: number, mean: number) => ({ strength, identity: { ...score, mean } });
  const measures = { perPrompt: { face: score }, perPose: {}, memorisation: null, generalisation: null };
  const strengths = [at(0.6, 0.4), at(1, 0.512)];
  const sweep: RunStatus['sweep'] = [
    { step: 200, state: 'scored', identity: score, strength: 1, measures, strengths },
    { step: 400, state: 'rendering', identity: null },
  ];

  it('shows one score, or does not say whose', () => {
    assert.deepEqual(checkpointLines(progressOf({ sweep }).status), [
      'checkpoint 200 at strength 0.6 · identity 0.40 (0.48 to 0.54)',
      'checkpoint 200 at strength 1 · identity 0.51 (0.48 to 0.54)',
      'checkpoint 400 · rendering',
    ]);
    assert.equal(measureLines(progressOf({ sweep }).status)[0], 'checkpoint 200 at strength 1:');
  });

  it('is chosen, and its strength is not told', () => {
    const choice = { step: 200, strength: 0.6, reason: 'because', by: 'rule' as const };
    assert.equal(
      checkpointLines(progressOf({ sweep, choice }).status).at(-1),
      'choice: checkpoint 200 at strength 0.6 · because',
    );
    const named = { chosenStep: 200, chosenStrength: 0.6 };
    assert.match(
      checkpointLines(progressOf({ sweep, ...named }).status).at(-1)!,
      /chose checkpoint 200 at strength 0\.6;/,
    );
  });

  it('stands at its gate beside the score of another strength', () => {
    const image = { sha256: '0'.repeat(64), bytes: 1, mediaType: 'image/png', name: 'base.png' };
    const options = [{ index: 0, image, identity: 0.3, name: 'step 200 at strength 0.6', step: 200, strength: 0.6 }];
    const waitingFor = { gate: 'checkpoint' as const, text: 'choose', options };
    const lines = askWords(progressOf({ sweep, waitingFor }).status);
    assert.ok(lines.includes('  0: step 200 at strength 0.6 · identity 0.40 (0.48 to 0.54)'), lines.join('\n'));
  });
});

describe('a checkpoint that a person chose', () => {
  const linesAt = (stage: RunStatus['stage']) => checkpointLines(progressOf({ stage, chosenStep: 200 }).status);

  it('is said to wait for the sweep of a finished run, which is scored', () => {
    assert.deepEqual(linesAt(null), []);
    assert.match(
      linesAt('05-training')[0],
      /^a person chose checkpoint 200; the run uses it once the sweep is scored$/,
    );
  });
});

describe('the progress log', () => {
  it('names the sweep, and not a training that is done, while only the sweep is under way', () => {
    const { log, lines } = logOf();
    const trained = { id: '05-training', state: 'done', kept: 0, rejected: 0, message: null } as const;
    log.update(progressOf({ stages: [trained] }));
    assert.ok(lines.includes('Checkpoint sweep · running'), lines.join('\n'));
    assert.ok(!lines.includes('05 LoRA fine-tuning · AI-Toolkit · running'), lines.join('\n'));
  });

  it('tells stage, step, loss and time left, and each checkpoint once', () => {
    const { log, lines, wait } = logOf();
    const sweep: RunStatus['sweep'] = [{ step: 200, state: 'scored', identity: score }];
    wait(10_000);
    log.update(progressOf({}, [beat(1200, 0.0123)]));
    wait(10_000);
    log.update(progressOf({ sweep, baseline: { ...score, mean: 0.1 } }, [beat(1500, 0.0101)]));
    wait(1000);
    log.update(progressOf({ sweep, baseline: { ...score, mean: 0.1 } }, [beat(1500, 0.0101)]));
    assert.deepEqual(lines, [
      '05 LoRA fine-tuning · AI-Toolkit · running',
      'step 1200 of 3000 · loss 0.0123 · 0.030 s per step',
      'without LoRA · identity 0.10 (0.48 to 0.54)',
      'checkpoint 200 · identity 0.51 (0.48 to 0.54)',
      'step 1500 of 3000 · loss 0.0101 · 0.030 s per step',
    ]);
  });

  it('tells the validation loss with its step, and for how long nothing has advanced in place of a time left', () => {
    const { log, lines, wait } = logOf();
    wait(10_000);
    log.update(progressOf({}, [{ ...beat(1200, 0.0123), validation: { step: 1150, loss: 0.02345 } }]));
    wait(100_000);
    log.update(progressOf({}, [{ ...beat(1200, 0.0123), idleSeconds: 100 }]));
    assert.deepEqual(lines.slice(1), [
      'step 1200 of 3000 · loss 0.0123 · validation 0.0234 at step 1150 · 0.030 s per step',
      'step 1200 of 3000 · loss 0.0123 · no progress for 1 min',
    ]);
  });

  it('tells once why something is tried again, however long it takes from then on', () => {
    const { log, lines, wait } = logOf();
    const lora = { sha256: 'a'.repeat(64), bytes: 1, mediaType: 'application/x-safetensors', name: 'a' };
    const saved = (step: number) => ({ lastCheckpoint: { step, lora } });
    log.update(progressOf(saved(200), [beat(210, 0.01)]));
    for (let step = 210; step <= 2010; step += 400) {
      wait(10_000);
      // It goes on saving: those are no checkpoints that it began from.
      const progress = progressOf(saved(Math.floor(step / 200) * 200), [beat(step, 0.01)]);
      progress.activities[0] = { ...progress.activities[0], attempt: 2, lastFailure: 'The trainer was killed.' };
      log.update(progress);
    }
    const told = lines.filter((line) => line.includes('retrying '));
    assert.deepEqual(told, [
      'retrying training (attempt 2): The trainer was killed. · resumes from step 200, the last saved checkpoint',
    ]);
  });

  it('says once that a stage needs help, and that it runs again', () => {
    const { log, lines } = logOf();
    const stages = (state: string) => [{ id: '03-views-i' as const, state, kept: 0, rejected: 0, message: null }];
    const help = { stage: '03-views-i', type: 'DiskFull', text: 'The disk is full.', cure: 'Free space.' } as const;
    const of = { stage: '03-views-i', training: null } as const;
    log.update(progressOf({ ...of, stages: stages('needs-help'), state: 'needs-help', help }));
    log.update(progressOf({ ...of, stages: stages('running') }));
    assert.deepEqual(lines, [
      '03 Multi-view dataset synthesis · i · needs-help',
      '03 Multi-view dataset synthesis · i · running',
    ]);
  });

  it('does not flood: steps that change all the time are told every five seconds at most, later once a minute', () => {
    const { log, lines, wait } = logOf();
    for (let step = 1; step <= 7200; step += 1) {
      log.update(progressOf({}, [beat(step, 0.01)]));
      wait(500);
    }
    assert.ok(lines.length > 60 && lines.length < 200, String(lines.length));
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

/** A terminal that keeps what a person would see: lines, cursor up, erase. */
function screenOf(columns: number, rows: number) {
  const screen: string[] = [''];
  let row = 0;
  const write = (text: string): void => {
    // eslint-disable-next-line no-control-regex
    for (const part of text.match(/\u001b\[\d*[A-Z]|\r|\n|[^\u001b\r\n]+/g) ?? []) {
      const ups = /\[(\d+)A/.exec(part);
      if (ups) row = Math.max(0, screen.length - rows, row - Number(ups[1]));
      else if (part.endsWith('[2K')) screen[row] = '';
      else if (part === '\n') row += 1;
      else if (part !== '\r') screen[row] += part;
      screen[row] ??= '';
    }
  };
  return { terminal: { columns, rows, write } as unknown as NodeJS.WriteStream, lines: () => screen.filter(Boolean) };
}

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
    for (const line of first.split('\n')) assert.ok(line.length < 60);
    assert.equal(written.split('\u001b[2K').length - 1, first.split('\n').length - 1);
  });

  it('keeps a sentence said meanwhile above it, and is one block still', () => {
    const { terminal, lines } = screenOf(80, 24);
    const block = new LiveBlock(terminal);
    block.update(progressOf({}));
    block.note('the sandbox died and was started again');
    block.update(progressOf({}));
    assert.deepEqual(lines(), [
      'the sandbox died and was started again',
      '05 LoRA fine-tuning · AI-Toolkit · running',
      'step 200 of 3000 · loss 0.0500',
      'time left: estimating',
    ]);
  });

  it('is never higher than the terminal, which would repeat it for ever', () => {
    const { terminal, lines } = screenOf(80, 6);
    const block = new LiveBlock(terminal);
    const sweep = [1, 2, 3, 4, 5, 6].map((step) => ({ step, state: 'scored' as const, identity: score }));
    for (let time = 0; time < 5; time += 1) block.update(progressOf({ sweep }));
    assert.equal(lines().length, 5);
  });

  it('leaves its long lines whole when it ends: the reason of the choice is read there', () => {
    const { terminal, lines } = screenOf(40, 24);
    const block = new LiveBlock(terminal);
    const choice = { step: 200, rule: 'earliest', reason: 'because '.repeat(20) };
    block.update(progressOf({ choice } as Partial<RunStatus>));
    assert.match(lines().at(-1) ?? '', /^choice: .{30}…$/);
    block.end();
    assert.equal(
      lines()
        .join(' ')
        .match(/because/g)?.length,
      20,
    );
    for (const line of lines()) assert.ok(line.length < 40, line);
  });

  it('counts Korean letters as two columns', () => {
    assert.equal(fitted('미나미나', 8), '미나미나');
    assert.equal(fitted('미나미나', 7), '미나미…');
    assert.equal(fitted('mina\nmina', 9), 'mina mina');
  });
});

describe('lines for a terminal', () => {
  it('emoji, flags and combined marks are counted by their code points, and the line wraps', () => {
    for (const two of ['👩‍🚀', '🇰🇷', '⚠️', '미', 'e\u0301e'])
      assert.equal(
        table([
          [two, '|'],
          ['ab', '|'],
        ]),
        `${two}  |\nab  |`,
      );
    assert.equal(fitted('👩‍🚀👩‍🚀', 3), '👩‍🚀…');
  });

  it('a sentence breaks within words, or a path that is to be copied does', () => {
    assert.equal(wrapped('one two three', 8), 'one two\n  three');
    assert.equal(wrapped('see /a/very/long/path now', 8), 'see\n  /a/very/long/path\n  now');
    assert.equal(wrapped('id    name', 80), 'id    name');
  });

  it('colour changes the words of a line', () => {
    // eslint-disable-next-line no-control-regex
    const bare = (text: string) => text.replace(/\u001b\[\d+m/g, '');
    for (const line of ['01 Anchor · done · 8 kept', '05 Training · running', 'choice: none', 'step 1 of 2'])
      assert.equal(bare(coloured(line)), line);
  });

  it('a training falls back to step 0 without a word that nothing was saved', () => {
    const { log, lines, wait } = logOf();
    const training = { step: 0, steps: 3000, loss: null, resumes: 0 };
    const progress = progressOf({ training }, [beat(127, 0.01)]);
    progress.activities[0] = { ...progress.activities[0], attempt: 2, lastFailure: 'its worker stopped responding' };
    wait(10_000);
    log.update(progress);
    assert.equal(
      lines.at(-1),
      'retrying training (attempt 2): its worker stopped responding · starts over from step 0; no checkpoint was saved yet',
    );
  });
});

describe('the time left of the run', () => {
  const batch = (done: number) => ({ kind: 'batch', what: 'render', done, of: 12 }) as const;

  it('is taken from a training that the baseline slows down beside it', () => {
    let now = 0;
    const left = new TimeLeft(() => now);
    const sweep: RunStatus['sweep'] = [{ step: 3000, state: 'waiting', identity: null }];
    const told: (string | null)[] = [];
    const look = (step: number, done: number | null, baseline: RunStatus['baseline']) => {
      told.push(left.of(progressOf({ sweep, baseline }, [beat(step, 0.05), ...(done === null ? [] : [batch(done)])])));
      now += 1000;
    };
    // A step a second while the baseline renders; alone 30 of them.
    for (let step = 1; step <= 12; step += 1) look(step, step, null);
    assert.deepEqual([...new Set(told)], [null]);
    for (let step = 12; step <= 600; step += 30) look(step, null, score);
    // 2,400 steps of 1/30 s, and a unit of 12 images of a second for the checkpoint and for the editorial.
    assert.match(told.at(-1) ?? '', /^about (1 min 4\d s|2 min) left$/);
  });

  it('is told of a run that waits, or of one that has not begun to train', () => {
    const left = new TimeLeft(() => 0);
    assert.equal(left.of(progressOf({ state: 'waiting' })), null);
    assert.equal(left.of(progressOf({ training: null }, [batch(3)])), null);
  });

  it('is told of a run whose report is being written', () => {
    let now = 0;
    const left = new TimeLeft(() => now);
    const stages = (editorial: string) => [
      { id: '06-editorial' as const, state: editorial, kept: 0, rejected: 0, message: null },
    ];
    for (const done of [1, 4, 8]) {
      left.of(progressOf({ stages: stages('running') }, [batch(done)]));
      now += 5_000;
    }
    assert.match(left.of(progressOf({ stages: stages('running') }, [batch(9)])) ?? '', /^about /);
    assert.equal(left.of(progressOf({ stages: stages('done') })), null);
  });
});

describe('the time left', () => {
  it('does not jump when the training pauses for a render', () => {
    let now = 0;
    const pace = new Pace(() => now);
    const told: number[] = [];
    for (let step = 0, ticks = 0; step < 1000; ticks += 1, now += 500) {
      // 25 steps a tick for 6 s, then 3 s of nothing.
      if (ticks % 18 < 12) step += 25;
      const left = pace.secondsLeft('training', step, 1000);
      if (left !== null && now > 9000) told.push(left);
    }
    for (const [index, left] of told.slice(1).entries()) assert.ok(left - told[index] < 4, told.join(' '));
  });

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

  it('is not taken from a first step that is slow because everything warms up', () => {
    let now = 0;
    const pace = new Pace(() => now);
    const told = [
      [0, 0],
      [30_000, 1],
      [30_500, 2],
      [34_000, 9],
    ].map(([atMs, step]) => {
      now = atMs;
      return pace.secondsLeft('training', step, 101);
    });
    assert.deepEqual(told, [null, null, null, 46]);
  });
});
