import assert from 'node:assert/strict';
import { stageLines } from '../../src/cli/display/index.js';
import { RunRecord } from '../../src/workflows/run-record.js';
import { reportOf } from '../../src/workflows/run-report.js';
import { statusOf } from '../../src/workflows/run-status.js';
import type { PipelineInput } from '../../src/run/messages.js';

const input = {
  runId: 'mina',
  project: {
    name: 'mina',
    model: 'sandbox',
    trigger: 'mnaz',
    dataset: { yaw: [0], pitch: [0], distances: ['close'], expressions: ['neutral'] },
    training: { steps: 100 },
    sweep: { steps: [100], prompts: [] },
  },
  projectSha256: '0'.repeat(64),
  taskQueuePrefix: 'azit',
} as unknown as PipelineInput;

describe('what a run knows of itself', () => {
  it('after a cancellation a stage is not said to run on, or to need help', () => {
    for (const state of ['running', 'waiting', 'needs-help'] as const) {
      const record = new RunRecord(input, () => new Date(0));
      record.begin('01-anchor');
      record.end('01-anchor', 'done');
      record.begin('02-canonical');
      Object.assign(record.stage('02-canonical'), { state, message: 'no room' });
      record.endAs('cancelled');
      const { stages, state: ended, finishedAt } = statusOf(record);
      assert.deepEqual(
        stages.map((stage) => stage.state),
        ['done', 'cancelled', 'pending', 'pending', 'pending', 'pending'],
      );
      assert.equal(stages[1].message, null);
      assert.equal(ended, 'cancelled');
      assert.ok(finishedAt);
      assert.equal(reportOf(record).stages[1].finishedAt, finishedAt);
    }
  });

  it('what a stage needs help with is said once, with its cure, and not in its line too', () => {
    const record = new RunRecord(input, () => new Date(0));
    record.begin('01-anchor');
    Object.assign(record.stage('01-anchor'), { state: 'needs-help', message: 'the server is gone' });
    const [line] = stageLines(statusOf(record));
    assert.match(line, /needs-help/);
    assert.doesNotMatch(line, /the server is gone/);
  });
});
