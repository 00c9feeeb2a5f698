import assert from 'node:assert/strict';
import { join } from 'node:path';
import { toFailure } from '../../src/activities/failure.js';
import { ModelError } from '../../src/faces/index.js';
import { runWorker, type WorkerOptions } from '../../src/workers/index.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';

describe('workers: what an identity worker was told to use', function () {
  this.timeout(60_000);
  after(removeTemporaryFolders);

  for (const [what, identity, words] of [
    ['an unknown --embedder', { embedder: 'nobody' }, /^There is no embedder 'nobody'/],
    ['an unknown --cross-check', { crossCheck: 'nobody' }, /^There is no embedder 'nobody'/],
    ['a --clip folder without a model', { clip: '/nowhere' }, /^The CLIP model in \/nowhere can't be used/],
  ] as const)
    it(`${what} ends it at its start in one sentence, not its first score`, async () => {
      const folder = await temporaryFolder();
      const options: WorkerOptions = {
        roles: ['identity'],
        families: ['sandbox'],
        taskQueuePrefix: 'azit',
        workDir: join(folder, 'work'),
        store: join(folder, 'store'),
        identity,
      };
      // No Temporal is there to connect to: what is wrong here is told before.
      await assert.rejects(runWorker(options), ({ message }: Error) => words.test(message) && !message.includes('\n'));
    });

  it('face models that are gone while it runs stop the stage; a registry that is away does not', () => {
    const typeOf = (fault: 'missing' | 'unreachable') => toFailure(new ModelError(fault, 'x')) as { type: string };
    assert.equal(typeOf('missing').type, 'models-missing');
    assert.equal(typeOf('unreachable').type, 'unavailable');
  });
});
