import assert from 'node:assert/strict';
import { readLogLine } from '../../src/aitoolkit/log-lines.js';

describe('a line of the log', () => {
  it('tells failures that a repetition cures from those that it only repeats', () => {
    const typeOf = (line: string) => {
      const event = readLogLine(line);
      return event && 'fault' in event ? event.fault.type : event?.kind;
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
    const event = readLogLine(`Error running job: ${noModel}`);
    assert.match(
      event && 'fault' in event ? event.fault.cause : '',
      /^The trainer can't find the base model \/models\/sd3 on disk/,
    );
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
