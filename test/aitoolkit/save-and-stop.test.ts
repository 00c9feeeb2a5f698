import assert from 'node:assert/strict';
import { isAlive, Studio } from './studio.js';

describe('a training that is to stop after saving', () => {
  let root: Studio;
  before(async () => {
    root = await Studio.open();
  });
  after(() => root.close());

  it('saves between two scheduled saves, ends, and goes on from there to the bytes of an undisturbed run', async () => {
    const studio = await root.sibling('left');
    const stop = new AbortController();
    let pid = 0;
    const attempt = studio.attempt({
      plan: { steps: 200, saveEvery: 100 },
      saveAndStop: stop.signal,
      onProgress: ({ step }) => {
        if (step < 3 || pid) return;
        pid = studio.lockedPid();
        stop.abort(new Error('cancelled'));
      },
    });
    await assert.rejects(attempt, /cancelled/);
    assert.ok(!isAlive(pid));
    const [step, ...others] = studio.published.keys();
    assert.deepEqual(others, []);
    assert.ok(step >= 3 && step % 100 !== 0, `saved at ${step}`);
    assert.ok(studio.newestPair());
    assert.equal((await studio.attempt({ plan: { steps: 200, saveEvery: 100 } })).kind, 'completed');
    const calm = await root.sibling('calm');
    assert.equal((await calm.attempt({ plan: { steps: 200, saveEvery: 100 } })).kind, 'completed');
    const { [step]: _, ...scheduled } = studio.hashes();
    assert.deepEqual(scheduled, calm.hashes());
  });

  it('ends at once where no step is made yet: there is nothing to save', async () => {
    const studio = await root.sibling('early');
    const stop = new AbortController();
    const attempt = studio.attempt({
      saveAndStop: stop.signal,
      onProgress: ({ phase }) => {
        if (phase === 'loading') stop.abort(new Error('cancelled'));
      },
    });
    await assert.rejects(attempt, /cancelled/);
    assert.equal(studio.published.size, 0);
  });
});
