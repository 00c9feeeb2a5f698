import assert from 'node:assert/strict';
import type { Progress } from '../../src/client/index.js';
import type { ArtifactRef } from '../../src/run/ref.js';
import type { RunState } from '../../src/project/names.js';
import { Arrivals } from '../../src/studio/runs/arrivals.js';

const image = (name: string) => ({ sha256: name, name }) as ArtifactRef;
const told = (names: readonly string[], state: RunState = 'running') =>
  ({ status: { state }, activities: [{ heartbeat: { kind: 'batch', recent: names.map(image) } }] }) as Progress;

describe('images as they arrive', () => {
  const arrivals = new Arrivals();
  const shown = (progress: Progress, placed: readonly string[] = [], nowMs = 0) =>
    arrivals.take(progress, (sha256) => placed.includes(sha256), nowMs).map(({ name }) => name);

  it('vanish between being rendered and being measured, stand twice, or for ever', () => {
    assert.deepEqual(shown(told(['a', 'b'])), ['b', 'a']);
    assert.deepEqual(shown(told([])), ['b', 'a'], 'their unit is over');
    assert.deepEqual(shown(told(['c']), ['a']), ['c', 'b']);
    assert.deepEqual(shown(told([]), [], 700_000), [], 'never measured');
    assert.equal(shown(told(Array.from({ length: 60 }, (_, at) => `${at}`))).length, 48);
    for (const state of ['waiting', 'needs-help', 'completed'] as const)
      assert.deepEqual(shown(told(['d'], state)), [], 'nothing is rendered');
  });
});
