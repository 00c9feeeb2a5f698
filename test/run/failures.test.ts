import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApplicationFailure } from '@temporalio/common';
import { toFailure } from '../../src/activities/failure.js';
import { AzitClientError } from '../../src/client/errors.js';
import { askWords } from '../../src/cli/display/index.js';
import { exitCodeOfError } from '../../src/cli/exit-codes.js';
import { errorLines } from '../../src/cli/output.js';
import { ComfyError } from '../../src/comfyui/index.js';
import { EmbeddedError } from '../../src/embedded/index.js';
import { ModelError, PictureError } from '../../src/faces/index.js';
import { ForeignFileError } from '../../src/files/regular-file.js';
import { InputError } from '../../src/project/input-error.js';
import type { RunStatus } from '../../src/run/messages.js';
import { failureTypes, fixDuringRetries, fixOf, type FailureType } from '../../src/run/failures.js';
import { detailsOf } from '../../src/workflows/details.js';
import { explain } from '../../src/workflows/explain.js';

const root = new URL('../../src/', import.meta.url).pathname;
const types = Object.keys(failureTypes) as FailureType[];
const failureOf = (type: string, more: object = {}): ApplicationFailure =>
  toFailure(Object.assign(new Error('It is so.'), { type, ...more })) as ApplicationFailure;

describe('the table of failures', () => {
  it('lacks the type of an error class, or an error class has none', () => {
    const files = (readdirSync(root, { recursive: true }) as string[]).filter((name) => name.endsWith('.ts'));
    const classes = files
      .filter((name) => !name.startsWith('sandbox'))
      .flatMap((name) => readFileSync(join(root, name), 'utf8').match(/class \w+ extends Error \{[^]*?\n\}/g) ?? []);
    assert.ok(classes.length > 10);
    for (const text of classes) {
      const [name] = /class \w+/.exec(text) ?? [];
      const [, literal] = /readonly type(?:: \w+)? = '([a-z-]+)'/.exec(text) ?? [];
      if (literal) assert.ok(literal in failureTypes, `${name}: ${literal}`);
      else assert.match(text, /readonly type: \w*FailureType[;,]/, name);
    }
  });

  it('is overruled by an error', () => {
    for (const retryable of [true, false])
      for (const type of types)
        assert.equal(failureOf(type, { retryable }).nonRetryable, !failureTypes[type].retried, type);
  });

  it('has a fix that a person is not told, by the run, by Temporal or by a command', () => {
    for (const type of types) {
      const failure = failureOf(type);
      assert.deepEqual(failure.details, [{ fix: fixOf(type, 'run') }]);
      const help = { stage: '05-training' as const, ...explain(failure)! };
      assert.equal(help.cure, fixOf(type, 'run'));
      assert.ok(askWords({ runId: 'mina', help, waitingFor: null } as RunStatus).includes(`fix: ${help.cure}`));
      const details = detailsOf({ name: 'mina', help, waitingFor: null, stages: [], sweep: [] } as never as RunStatus);
      assert.match(details, /^Fix: /m);
      assert.deepEqual(errorLines(Object.assign(new Error('It is so.'), { type })), [
        'It is so.',
        ...('inMessage' in failureTypes[type] ? [] : [`fix: ${fixOf(type, 'command')}`]),
      ]);
    }
  });

  it('sends a person to act while it passes by itself, or to nobody where one has to act', () => {
    for (const type of ['training-failed', 'worker-lost', 'fenced', 'done-elsewhere', 'passed-on'] as const)
      assert.equal(fixDuringRetries(type), null, type);
    const own = 'Restart ComfyUI; the run then continues on its own.';
    assert.equal(fixDuringRetries('server-unfit'), own);
  });

  it('tells in one line to start a new run, and in the next to resume', () => {
    for (const type of types) {
      const help = { stage: '05-training' as const, ...explain(failureOf(type))! };
      const next = askWords({ runId: 'mina', help, waitingFor: null } as RunStatus).at(-1)!;
      if (/azit resume/.test(next)) assert.doesNotMatch(help.cure, /then start a new run\.$/, type);
      else assert.doesNotMatch(help.cure, /resume/, type);
    }
  });

  it('does not decide the exit code of a command', () => {
    const errors: [Error, number][] = [
      [InputError.of('x'), 2],
      [new PictureError('truncated', 'x'), 2],
      [new ForeignFileError('x', 'missing', 'x'), 2],
      [new ComfyError('forbidden', 'x'), 2],
      [new ComfyError('unreachable', 'x'), 4],
      [new ModelError('missing', 'x'), 4],
      [new EmbeddedError('x'), 4],
      [new AzitClientError('refused', 'x'), 2],
      [new AzitClientError('temporal-unreachable', 'x'), 4],
      [new AzitClientError('nothing-to-report', 'x'), 1],
      [Object.assign(new Error('x'), { code: 'ENOSPC' }), 4],
      [new TypeError('a bug'), 1],
    ];
    for (const [error, code] of errors) assert.equal(exitCodeOfError(error), code, `${error.name} ${error.message}`);
  });
});
