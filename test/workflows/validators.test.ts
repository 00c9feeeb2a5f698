import assert from 'node:assert/strict';
import type { RunRecord } from '../../src/workflows/run-record.js';
import type { ApproveInput, RunStatus } from '../../src/run/messages.js';
import { approveValidator, chooseValidator } from '../../src/workflows/validators.js';

const image = { sha256: '0'.repeat(64), bytes: 1, mediaType: 'image/png', name: 'a' };
const options = [0, 1, 2].map((index) => ({ index, image, identity: null }));
const recordAt = (gate: string) =>
  ({
    waitingFor: { gate, text: '', options } as RunStatus['waitingFor'],
    state: 'waiting',
    helps: [],
    decided: new Map(),
    input: { runId: 'mina', project: { approvals: ['anchor', 'dataset'], dataset: { heldOut: 1 } } },
  }) as unknown as RunRecord;

describe('an approval', () => {
  const approve = (gate: string, input: unknown) => () => approveValidator(recordAt(gate), input as ApproveInput);

  for (const [input, words] of [
    [{ gate: 'anchor', picks: '0' }, /'picks' must be a list of whole numbers such as \[0\], or absent, not "0"/],
    [{ gate: 'anchor', picks: 1 }, /must be a list/],
    [{ gate: 'anchor', picks: ['1'] }, /must be a list of whole numbers/],
    [{ gate: 'anchor', picks: [0.5] }, /whole numbers/],
    [{ gate: 'anchor', picks: [null] }, /whole numbers/],
    [{ gate: 'anchor', picks: { 0: 1 } }, /must be a list/],
    [{ gate: 'anchor', picks: [] }, /must be a list/],
    [{ gate: 'anchor', picks: [3] }, /Number 3 is out of range \(0-2\)/],
    [{ gate: 'anchor', picks: [-1] }, /Number -1 is out of range/],
    [{ gate: 'anchor', picks: [1, 1] }, /Number 1 is given twice/],
    [{ gate: 'anchor', drops: '1' }, /'drops' must be a list/],
    [{ gate: 'anchor', picks: [0, 1] }, /takes one pick, not 2/],
    [{ gate: 'dataset' }, /is not waiting at the gate 'dataset': the run is waiting at the gate 'anchor'/],
    [undefined, /needs the argument \{gate, picks\?, drops\?\}, not nothing/],
    ['anchor', /needs the argument/],
  ] as const)
    it(`of ${JSON.stringify(input)} is refused with a reason, and never reaches the run`, () => {
      assert.throws(approve('anchor', input), words);
    });

  it('with no picks, one, or some of the dataset is taken', () => {
    approve('anchor', { gate: 'anchor' })();
    approve('anchor', { gate: 'anchor', picks: null })();
    approve('anchor', { gate: 'anchor', picks: [2] })();
    approve('dataset', { gate: 'dataset', picks: [2, 0, 1] })();
  });
});

it('a choice of no step is refused in words, not with the name of a type', () => {
  const record = { sweep: { steps: [20, 40] }, input: { runId: 'mina', project: {} } } as unknown as RunRecord;
  assert.throws(
    () => chooseValidator(record, {} as { step: number }),
    /Step nothing is not in the sweep\. Available: 20, 40/,
  );
});
