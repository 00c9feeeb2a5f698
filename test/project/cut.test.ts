import assert from 'node:assert/strict';
import { readLogLine } from '../../src/aitoolkit/log-lines.js';
import { fittedFailure } from '../../src/activities/failure-size.js';
import { ComfyError } from '../../src/comfyui/errors.js';
import { PictureError } from '../../src/faces/models/errors.js';
import { cut, longest } from '../../src/text/cut.js';
import { explain } from '../../src/workflows/explain.js';

const endless = 'x'.repeat(3_000_000);
const isShort = (text: string | undefined) => assert.ok(text !== undefined && text.length <= 8_000, `${text?.length}`);

describe('a text of somebody else', () => {
  it('is cut with a mark, and never in the middle of a character', () => {
    assert.equal(cut('short', 5), 'short');
    assert.equal(cut('longer', 5), 'long…');
    assert.equal(cut('abc😀d', 5), 'abc…');
  });

  it('of 3 MB does not reach a failure whole, whoever said it', () => {
    isShort(new ComfyError('validation', endless).message);
    isShort(new PictureError('unreadable', endless).message);
    const word = readLogLine(`Error running job: ${endless}`);
    isShort(word?.kind === 'job-error' ? word.fault.cause : undefined);
  });

  it('does not cost a failure the lines beside it', () => {
    const failure = fittedFailure({
      message: 'It ended.',
      type: 'training-failed',
      nonRetryable: true,
      logTail: ['before', endless],
    });
    const [{ logTail }] = failure.details as [{ logTail: string[] }];
    assert.deepEqual(logTail, ['before', cut(endless, longest.line)]);
    isShort(explain(failure)?.text);
  });
});
