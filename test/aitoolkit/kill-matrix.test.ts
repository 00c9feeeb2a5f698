import assert from 'node:assert/strict';
import type { Deed } from './rogue.js';
import { rogueCommand, Studio } from './studio.js';

/** Attempts of one run, in this order. Each ends at its moment, and the next resumes from what was published. */
const moments: { title: string; when: string; deed: Deed; step?: number; publishedAfter: number[] }[] = [
  { title: 'while it loads', when: 'Running  1 process', deed: 'kill', publishedAfter: [] },
  { title: 'while it reads pictures', when: 'Found 2 images', deed: 'kill', publishedAfter: [] },
  { title: 'between two steps', when: ' 8/46 ', deed: 'kill', publishedAfter: [] },
  { title: 'before the weights', when: 'Saving at step 15', deed: 'kill', publishedAfter: [] },
  {
    title: 'inside in-place weights',
    when: 'Saving at step 15',
    deed: 'kill-in-weights',
    step: 15,
    publishedAfter: [],
  },
  { title: 'between weights and optimizer', when: 'Saved checkpoint to .*015', deed: 'kill', publishedAfter: [] },
  { title: 'inside the optimizer', when: 'Saved checkpoint to .*015', deed: 'kill-in-optimizer', publishedAfter: [] },
  { title: 'after the optimizer', when: 'Saved optimizer to', deed: 'kill', publishedAfter: [15] },
  { title: 'resumed, between the next weights and optimizer', when: '_000000030', deed: 'kill', publishedAfter: [15] },
  { title: 'resumed, between two steps', when: ' 38/46 ', deed: 'kill', publishedAfter: [15, 30] },
  { title: 'at the last numbered save', when: 'Saved checkpoint to .*045', deed: 'kill', publishedAfter: [15, 30] },
];

describe('a trainer killed at every kind of moment', () => {
  let disturbed: Studio;
  let undisturbed: Studio;
  before(async () => {
    disturbed = await Studio.open();
    undisturbed = await disturbed.sibling('undisturbed');
  });
  after(() => disturbed.close());

  for (const { title, when, deed, step, publishedAfter } of moments) {
    it(`killed ${title}: says so, may be tried again, publishes only whole pairs`, async () => {
      const outcome = await disturbed.attempt({ command: rogueCommand(when, deed, { step }) });
      assert.equal(outcome.kind, 'failed');
      assert.match(outcome.cause, /^The trainer was killed \(SIGKILL/);
      assert.equal(outcome.retryable, true);
      assert.deepEqual([...disturbed.published.keys()], publishedAfter);
    });
  }

  it('then left alone: the same bytes as an undisturbed run, no step missing, none twice', async () => {
    assert.equal((await disturbed.attempt()).kind, 'completed');
    assert.equal((await undisturbed.attempt()).kind, 'completed');
    assert.deepEqual([...undisturbed.published.keys()], [15, 30, 45]);
    assert.deepEqual(disturbed.hashes(), undisturbed.hashes());
  });
});
